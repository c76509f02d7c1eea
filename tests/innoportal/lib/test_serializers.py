import pytest
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory

from innoportal.lib.serializers import ReadingSerializer
from solutions.api import ROWS as OF_SOLUTION
from solutions.api import SolutionSerializer
from solutions.models import CoAuthor, Solution
from tests.factories import (
    EvidenceFactory,
    KpiFactory,
    QuestionFactory,
    SolutionFactory,
    SponsorFactory,
    TopicFactory,
    WishFactory,
)
from wishes.api import ROWS as OF_WISH
from wishes.api import WishSerializer
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def rest_framework_says(serializer, rows, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(ReadingSerializer, "to_representation", ModelSerializer.to_representation)
        return in_order(serializer(rows, many=True, context=context()).data)


def in_order(said):
    """Django orders the rows of a relation as it happens to find them."""
    return [{**row, "topics": sorted(row["topics"])} for row in said]


def context():
    return {"request": APIRequestFactory().get("/")}


def make_wish():
    wish = WishFactory(
        open=True, topics=[TopicFactory(), TopicFactory()], site_gives=["power"], budget="to_5m"
    )
    KpiFactory(wish=wish, baseline=None)
    KpiFactory(wish=wish)
    QuestionFactory(wish=wish)
    SponsorFactory(wish=wish)
    WishFactory(open=True)
    return Wish.objects.prefetch_related(*OF_WISH).order_by("pk")


def make_solution():
    solution = SolutionFactory(listed=True, topics=[TopicFactory()], certificates=["CE", "ISO 9001"])
    EvidenceFactory.create_batch(2, solution=solution)
    SolutionFactory(listed=True, is_novel=True, trl=None)
    rows = Solution.objects.prefetch_related(*OF_SOLUTION).order_by("pk")
    return rows.annotate(shown_coauthors=CoAuthor.objects.shown())


@pytest.mark.parametrize(
    ("make", "serializer"), [(make_wish, WishSerializer), (make_solution, SolutionSerializer)]
)
def test_a_list_says_what_rest_framework_would_say_of_it(monkeypatch, make, serializer):
    rows = make()
    said = in_order(serializer(rows, many=True, context=context()).data)
    assert said == rest_framework_says(serializer, rows, monkeypatch)
    assert list(said[0]) == list(serializer().fields)
