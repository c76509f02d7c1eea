import pytest
from django.db import transaction
from kombu import Connection
from kombu.pools import producers

from journal.workflow import record
from matching import services, tasks
from matching.models import Match, Profile
from tests.factories import SolutionFactory, UserFactory, WishFactory
from wishes.workflow import WORKFLOW

pytestmark = pytest.mark.usefixtures("engine")


def test_a_wish_that_is_published_gets_its_matches(eager, django_capture_on_commit_callbacks):
    solution = SolutionFactory(listed=True)
    wish = WishFactory(open=True)
    services.rematch_solution(solution.pk)
    Match.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        record(wish, "publish", by=None, from_status="screening")
    assert Match.objects.get().solution == solution


def test_a_solution_that_is_edited_is_matched_anew(eager, django_capture_on_commit_callbacks):
    solution = SolutionFactory(listed=True, is_novel=None)
    WishFactory(open=True)
    services.sweep()
    before = Match.objects.get().probability
    solution.is_novel = True
    solution.save()
    with django_capture_on_commit_callbacks(execute=True):
        record(solution, "edit", by=None)
    assert Match.objects.get().probability > before


def test_a_withdrawal_hides_within_its_own_transaction(eager, django_capture_on_commit_callbacks):
    SolutionFactory(listed=True)
    wish = WishFactory(open=True)
    services.sweep()
    with django_capture_on_commit_callbacks(execute=True):
        WORKFLOW["withdraw"].apply(wish, by=UserFactory(office=True), reason="No longer needed.")
        assert not Profile.objects.get(wish=wish).is_public
    assert not Match.objects.exists()


def test_a_withdrawal_that_is_undone_hides_nothing():
    wish = WishFactory(open=True)
    services.profile(wish)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        WORKFLOW["withdraw"].apply(wish, by=UserFactory(office=True), reason="No longer needed.")
        raise ZeroDivisionError
    assert Profile.objects.get(wish=wish).is_public


@pytest.mark.parametrize("verb", ["create", "edit", "submit"])
def test_what_happens_to_a_draft_wakes_nobody(verb, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        record(WishFactory(), verb, by=None)
    assert callbacks == []


def test_a_queue_that_is_down_does_not_break_publishing(
    monkeypatch, caplog, django_capture_on_commit_callbacks
):
    """The broker is really asked, at a port where nothing listens; the sweep does what was lost."""
    from innoportal.celery import app

    SolutionFactory(listed=True)
    wish = WishFactory(open=True)
    monkeypatch.setattr(app.amqp, "_producer_pool", producers[Connection("redis://127.0.0.1:1/0")])
    with django_capture_on_commit_callbacks(execute=True):
        record(wish, "publish", by=None, from_status="screening")
    assert "Error calling" in caplog.text
    assert services.sweep() == 2
    assert Match.objects.filter(wish=wish).exists()


def test_a_message_that_comes_after_the_sweep_does_nothing_twice(django_assert_num_queries):
    SolutionFactory(listed=True)
    wish = WishFactory(open=True)
    entry = record(wish, "publish", by=None, from_status="screening")
    services.sweep()
    with django_assert_num_queries(1):
        tasks.rematch_wish(wish.pk, entry.at.isoformat())
    entry = record(wish, "edit", by=None)
    Match.objects.all().delete()
    tasks.rematch_wish(wish.pk, entry.at.isoformat())
    assert Match.objects.filter(wish=wish).exists()
