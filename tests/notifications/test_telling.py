"""Who is told of an entry and who is not, one by one and by the worker that writes to many."""

from datetime import timedelta

import pytest

from accounts.models import User
from notifications import outbox
from notifications.models import Fanout, Notification
from notifications.models.fanouts import LEASE
from notifications.outbox import notify, party, tell_each
from tests.factories import (
    DelegationFactory,
    EntryFactory,
    MembershipFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notice_templates")]


@pytest.fixture
def wish():
    return WishFactory(open=True, title_en="Dry pipes", title_zh="乾渠")


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)


def tell(people, wish, why="party", entry=None, **context):
    return notify(
        people, entry or EntryFactory(), "notice/changed", thing=wish, why=why, extra="x", **context
    )


def people_of(count):
    return User.objects.filter(pk__in=[UserFactory().pk for _number in range(count)])


def told():
    return set(Notification.objects.filter(channel="inbox").values_list("recipient", flat=True))


def test_who_takes_an_approvers_place_in_one_organisation_is_a_member_like_others_in_the_next():
    held = DelegationFactory()
    elsewhere = MembershipFactory(approver=True)
    MembershipFactory(organisation=elsewhere.organisation, user=held.deputy)
    assert held.deputy in party(held.organisation_id, approvers_only=True)
    assert list(party(elsewhere.organisation_id, approvers_only=True)) == [elsewhere.user]


def test_who_acted_is_not_told_as_one_of_many_either(wish):
    people = people_of(3)
    actor = people.order_by("pk").first()
    assert tell(people, wish, entry=EntryFactory(actor_id=actor.pk)) == 2
    assert told() == {one.pk for one in people} - {actor.pk}


def test_who_acted_is_not_told_by_the_worker(wish, few_at_once):
    people = people_of(5)
    actor = people.order_by("pk").first()
    assert tell(people, wish, entry=EntryFactory(actor_id=actor.pk)) == 4
    outbox.expand(Fanout.objects.get().pk)
    assert told() == {one.pk for one in people} - {actor.pk}


@pytest.mark.parametrize(
    ("why", "context", "is_urgent"),
    [("duty", {}, True), ("party", {"urgent": True}, True), ("party", {}, False)],
)
@pytest.mark.parametrize("count", [1, 5])
def test_a_duty_and_a_deadline_go_out_before_other_mails(wish, few_at_once, why, context, is_urgent, count):
    tell(people_of(count), wish, why=why, **context)
    for fanout in Fanout.objects.all():
        outbox.expand(fanout.pk)
    mails = Notification.objects.filter(channel="email")
    assert list(mails.values_list("is_urgent", flat=True)) == [is_urgent] * count


def test_each_is_told_something_of_their_own_but_not_who_acted(wish, few_at_once):
    people, visitor = list(people_of(5)), VisitorFactory(confirmed_at=wish.updated_at)
    own = {one.pk: {"extra": f"of {one.pk}"} for one in people}
    entry = EntryFactory(actor_id=people[0].pk)
    visitors = {visitor.pk: {"extra": "of a visitor"}}
    count = tell_each(own, entry, "notice/changed", thing=wish, why="search", visitors=visitors)
    rest = {one.pk for one in people[1:]}
    assert (count, told()) == (4, rest)
    rows = Notification.objects.filter(channel="email", recipient__isnull=False)
    assert {row.recipient_id: row.context["extra"] for row in rows} == {pk: f"of {pk}" for pk in rest}
    assert Notification.objects.get(visitor=visitor).context["extra"] == "of a visitor"


# --- by the worker --------------------------------------------------------------------------------------
def test_what_another_worker_writes_is_left_to_it(wish, few_at_once):
    tell(people_of(5), wish)
    fanout = Fanout.objects.get()
    assert Fanout.objects.claim(fanout.pk)
    assert not Fanout.objects.claim(fanout.pk)
    assert outbox.expand(fanout.pk) == 0
    assert not Notification.objects.exists()


def test_what_is_written_to_the_end_is_never_begun_again(wish, few_at_once, time_machine):
    tell(people_of(5), wish)
    fanout = Fanout.objects.get()
    assert outbox.expand(fanout.pk) == 5
    time_machine.shift(LEASE + timedelta(seconds=1))
    assert not Fanout.objects.due().exists()
    assert outbox.expand(fanout.pk) == 0


def test_what_is_taken_back_in_the_middle_is_written_no_further(wish, few_at_once, monkeypatch):
    tell(people_of(5), wish)
    write = outbox.write

    def and_take_back(people, said, **how):
        write(people, said, **how)
        Fanout.objects.update(done_at=wish.updated_at)

    monkeypatch.setattr(outbox, "write", and_take_back)
    assert outbox.expand(Fanout.objects.get().pk) == 2
    assert len(told()) == 2


def test_a_worker_that_is_slow_but_lives_keeps_its_lease(wish, few_at_once, monkeypatch, time_machine):
    tell(people_of(5), wish)
    write, was_free = outbox.write, []

    def slowly(people, said, **how):
        write(people, said, **how)
        was_free.append(Fanout.objects.due().exists())
        time_machine.shift(LEASE * 0.7)

    monkeypatch.setattr(outbox, "write", slowly)
    assert outbox.expand(Fanout.objects.get().pk) == 5
    assert was_free == [False] * 3
