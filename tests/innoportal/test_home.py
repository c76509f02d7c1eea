import pytest
from django.urls import reverse

from matching.models import Match
from solutions.models import Solution
from tests.factories import MatchFactory, ReportFactory, SolutionFactory, TrialFactory, WishFactory
from trials.models import Report, Trial
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def test_front_page_counts_what_is_public_of_each_noun(client):
    WishFactory(open=True)
    WishFactory()
    SolutionFactory(listed=True)
    SolutionFactory()
    MatchFactory(approved=True)
    MatchFactory(approved=True, wish=WishFactory())
    MatchFactory(approved=True, solution=SolutionFactory())
    MatchFactory(review=True)
    TrialFactory()
    ReportFactory()
    ReportFactory(published=True)
    counted = {
        "wishes": Wish.objects.public().count(),
        "solutions": Solution.objects.public().count(),
        "matches": Match.objects.public().count(),
        "trials": Trial.objects.public().count(),
        "reports": Report.objects.filter(status=Report.Status.PUBLISHED).count(),
    }
    response = client.get(reverse("home"))
    assert response.context["counts"] == counted
    assert 0 < counted["matches"] < Match.objects.filter(status=Match.Status.APPROVED).count()
