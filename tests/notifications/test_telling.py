"""Who is told of an entry and who is not, one by one and by the worker that writes to many."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from innoportal import carrying
from notifications import following, outbox, visiting
from notifications.models import Fanout, Follow, Notification
from notifications.models.fanouts import LEASE
from notifications.outbox import followers, notify, party, tell_each
from tests.factories import (
    DelegationFactory,
    EntryFactory,
    FollowFactory,
    MembershipFactory,
    OrganisationFactory,
    TopicFactory,
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


# --- many followers -------------------------------------------------------------------------------------
@pytest.fixture
def topic(wish):
    found = TopicFactory()
    wish.topics.add(found)
    return found


def follow(topic, count=1):
    return [FollowFactory(topic=topic).user for _number in range(count)]


def publish(wish, topic):
    return tell(followers(wish, topic), wish, why="follow")


def expanded():
    for fanout in Fanout.objects.order_by("pk"):
        outbox.expand(fanout.pk)


def test_who_clicks_sends_as_much_and_hears_as_much_for_five_followers_as_for_fifty(wish, topic, few_at_once):
    seen = []
    for count in (5, 45):
        follow(topic, count)
        for _number in range(count):
            FollowFactory(user=None, visitor=VisitorFactory(), topic=topic)
        entry = EntryFactory()
        with CaptureQueriesContext(connection) as queries, heard() as rows:
            assert tell(followers(wish, topic), wish, why="follow", entry=entry) is None
        seen.append((len(queries), sum(rows)))
        written = Fanout.objects.filter(entry_id=entry.pk)
        assert written.count() == 2 and not written.exclude(people=None).exists()
    assert seen[0] == seen[1] and seen[0][0] == 6
    expanded()
    assert len(told()) == 50


@contextmanager
def heard():
    """How many rows the database has given to each question."""
    rows = []

    def count(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        rows.append(max(context["cursor"].rowcount, 0))
        return answer

    with connection.execute_wrapper(count):
        yield rows


def test_who_follows_after_it_happened_is_not_told_and_neither_is_who_has_stopped(wish, topic, few_at_once):
    first, stops, *rest = follow(topic, 5)
    publish(wish, topic)
    late = FollowFactory(topic=topic).user
    Follow.objects.filter(user=stops).delete()
    FollowFactory(user=stops, topic=topic)  # and begins anew
    closed = rest[0]
    User.objects.filter(pk=closed.pk).update(is_active=False)
    expanded()
    assert told() == {first.pk, *(one.pk for one in rest[1:])}
    assert late.pk not in told()
    publish(wish, topic)  # what happens next they are told of
    expanded()
    assert {late.pk, stops.pk} <= told()


def test_who_follows_a_thing_and_its_topic_is_told_once_and_who_acted_is_not(wish, topic, few_at_once):
    people = follow(topic, 5)
    FollowFactory(user=people[0], topic=None, noun="wishes.wish", object_id=wish.pk)
    entry = EntryFactory(actor_id=people[1].pk)
    tell(followers(wish, topic), wish, why="follow", entry=entry)
    expanded()
    assert Fanout.objects.get().people == sorted({one.pk for one in people} - {people[1].pk})


def test_a_worker_killed_while_it_asks_leaves_nothing_out(
    wish, topic, few_at_once, monkeypatch, time_machine
):
    people = follow(topic, 5)
    publish(wish, topic)
    fanout, ask = Fanout.objects.get(), outbox.ask

    def dies(asked):
        ask(asked)
        raise SystemExit

    monkeypatch.setattr(outbox, "ask", dies)
    with pytest.raises(SystemExit):
        outbox.expand(fanout.pk)
    monkeypatch.setattr(outbox, "ask", ask)
    follow(topic, 2)
    assert outbox.expand(fanout.pk) == 0  # its lease holds
    time_machine.shift(LEASE + timedelta(seconds=1))
    assert outbox.expand(fanout.pk) == 5
    assert told() == {one.pk for one in people}


def test_people_left_out_of_the_followers_are_left_out_by_the_worker_too(wish, topic, few_at_once):
    people = follow(topic, 6)
    tell(followers(wish, topic).exclude(pk=people[0].pk), wish, why="follow")
    expanded()
    assert told() == {one.pk for one in people[1:]}


def test_followers_of_an_organisation_that_becomes_part_of_another_are_still_told(few_at_once):
    old, new = OrganisationFactory(), OrganisationFactory()
    wish = WishFactory(open=True, organisation=old)
    people = [
        FollowFactory(topic=None, noun="accounts.organisation", object_id=old.pk).user for _number in range(5)
    ]
    tell(followers(wish, old), wish, why="follow")
    assert carrying._followers(SimpleNamespace(old=old, new=new)) == 5
    expanded()
    assert told() == {one.pk for one in people}


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_visitor_who_moves_to_an_account_before_the_worker_comes_is_told_there(
    wish, topic, few_at_once, is_asked
):
    visitors = [FollowFactory(user=None, visitor=VisitorFactory(), topic=topic).visitor for _ in range(4)]
    FollowFactory(user=(user := UserFactory()), topic=TopicFactory())
    publish(wish, topic)
    if is_asked:
        following.ask(Fanout.objects.get())
    assert visiting.move(visitors[1], user) == 1
    expanded()
    assert Notification.objects.filter(channel="email", recipient=user).count() == 1
    assert Notification.objects.filter(visitor__isnull=False).count() == 3
    assert Follow.objects.get(user=user, topic=topic).since < timezone.now()


def test_of_several_topics_the_same_is_named_whatever_order_they_come_in():
    topics = sorted(TopicFactory.create_batch(3), key=lambda topic: topic.pk)
    wish = WishFactory()
    forth, back = following.labelled([wish, *topics]), following.labelled([*reversed(topics), wish])
    assert forth == back
    assert [one[1] for one in forth] == [wish.pk, *(topic.pk for topic in topics)]
