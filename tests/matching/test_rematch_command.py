from io import StringIO

import pytest
from django.core.management import call_command

from matching.models import Match, Profile
from tests.factories import SolutionFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")


def test_everything_is_matched_and_told_step_by_step():
    solution, wish = SolutionFactory(listed=True), WishFactory(open=True)
    WishFactory()
    said = StringIO()
    call_command("rematch", stdout=said)
    assert said.getvalue().splitlines() == [
        "Read wishes: 1 of 1",
        "Read solutions: 1 of 1",
        "Publish the snapshot: 1 of 1",
        "Match wishes: 1 of 1",
        "Match solutions: 1 of 1",
        "Done.",
    ]
    assert list(Match.objects.values_list("wish", "solution")) == [(wish.pk, solution.pk)]


def test_again_changes_nothing():
    SolutionFactory(listed=True)
    WishFactory(open=True)
    call_command("rematch", stdout=StringIO())
    before = stored()
    call_command("rematch", stdout=StringIO())
    assert stored() == before


def stored():
    return (
        list(Match.objects.order_by("pk").values()),
        list(Profile.objects.order_by("pk").values_list("pk", "updated_at")),
    )


def test_an_empty_portal_is_no_error():
    call_command("rematch", stdout=StringIO())
    assert not Match.objects.exists()


def test_the_work_can_be_left_to_the_workers(eager):
    SolutionFactory(listed=True)
    WishFactory(open=True)
    said = StringIO()
    call_command("rematch", queue=True, stdout=said)
    assert said.getvalue() == "5 shards wait for the workers.\n"
    assert Match.objects.count() == 1
