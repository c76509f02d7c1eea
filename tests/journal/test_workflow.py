import threading

import pytest
from django.db import connection, connections

from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, Transition, Workflow, happened, record
from tests.factories import MembershipFactory, UserFactory, WishFactory
from wishes.models import Wish

S = Wish.Status
WORKFLOW = Workflow(
    {"submit": ({S.DRAFT}, S.ENDORSEMENT), "withdraw": ({S.DRAFT}, S.WITHDRAWN)}, refusals={"withdraw"}
)


@pytest.mark.django_db
def test_a_transition_moves_writes_and_tells():
    wish, user, heard = WishFactory(), UserFactory(), []
    happened.connect(
        receiver := lambda sender, entry, instance, **kwargs: heard.append((sender, entry, instance))
    )
    entry = WORKFLOW["submit"].apply(wish, by=user, closes_on=None)
    happened.disconnect(receiver)
    assert Wish.objects.get().status == wish.status == S.ENDORSEMENT
    assert (entry.verb, entry.from_status, entry.to_status) == ("submit", "draft", "endorsement")
    assert (entry.noun, entry.object_id, entry.actor_id) == ("wishes.wish", wish.pk, user.pk)
    assert heard == [(Wish, entry, wish)]


@pytest.mark.django_db
def test_a_verb_that_does_not_leave_the_present_state_changes_nothing():
    wish = WishFactory(open=True)
    with pytest.raises(IllegalTransition):
        WORKFLOW["submit"].apply(wish, by=None)
    assert not Entry.objects.exists()
    assert Wish.objects.get().status == S.OPEN


@pytest.mark.django_db
def test_what_someone_else_has_moved_meanwhile_is_not_moved_again():
    wish = WishFactory()
    mine = Wish.objects.get(pk=wish.pk)
    WORKFLOW["submit"].apply(wish, by=None)
    with pytest.raises(IllegalTransition):
        WORKFLOW["submit"].apply(mine, by=None)
    assert Entry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   "])
def test_a_refusal_without_a_reason_is_refused(reason):
    wish = WishFactory()
    with pytest.raises(ReasonRequired):
        WORKFLOW["withdraw"].apply(wish, by=None, reason=reason)
    assert Wish.objects.get().status == S.DRAFT


@pytest.mark.django_db
def test_a_receiver_that_fails_takes_the_transition_back():
    wish = WishFactory()

    def fail(**kwargs):
        raise RuntimeError

    happened.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            WORKFLOW["submit"].apply(wish, by=None)
    finally:
        happened.disconnect(fail)
    assert Wish.objects.get().status == S.DRAFT
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_entry_names_the_capacity_and_not_only_the_person():
    wish = WishFactory()
    member = MembershipFactory(organisation=wish.organisation).user
    assert record(wish, "edit", by=member).capacity == "department"
    assert record(wish, "edit", by=UserFactory(office=True)).capacity == "office"
    assert record(wish, "edit", by=UserFactory(administrator=True)).capacity == "administrator"
    assert record(wish, "edit", by=UserFactory()).capacity == "member"
    assert record(wish, "edit", by=None).capacity == "system"


def test_a_refusal_that_is_no_verb_is_a_mistake_of_the_table():
    with pytest.raises(ValueError, match="decline"):
        Workflow({"submit": ({S.DRAFT}, S.OPEN)}, refusals={"decline"})


def test_verbs_from_a_state():
    assert WORKFLOW.verbs_from(S.DRAFT) == ["submit", "withdraw"]
    assert WORKFLOW.verbs_from(S.OPEN) == []
    assert isinstance(WORKFLOW["submit"], Transition)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_click_at_once_one_wins():
    wish, outcomes, gate = WishFactory(), [], threading.Barrier(20)

    def click():
        mine = Wish.objects.get(pk=wish.pk)
        gate.wait()
        try:
            WORKFLOW["submit"].apply(mine, by=None)
            outcomes.append("won")
        except IllegalTransition:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 19 + ["won"]
    assert Entry.objects.filter(verb="submit").count() == 1
    connection.ensure_connection()
