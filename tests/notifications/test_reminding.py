"""Wishes stand for whatever is due; nothing here knows what a wish is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from journal.models import Entry
from notifications.models import Reminder
from notifications.reminding import Deadline, mark_of, remind
from tests.factories import ReminderFactory, WishFactory
from tests.threads import at_once

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
MARKS = (14, 7, 1, 0)
KNOWN = date(2026, 1, 1)


class Told:
    """Notes what was told: which thing, how many days are left."""

    def __init__(self):
        self.calls = []

    def __call__(self, deadline, entry, left):
        self.calls.append((deadline.thing.pk, left))


def days(first, count):
    return [first + timedelta(days=number) for number in range(count)]


def marks_over(due_on, *, since=KNOWN, missing=()):
    """On which days which mark goes out, when a run is made each day but those that are missing."""
    sent = {}
    for today in days(due_on - timedelta(days=30), 34):
        mark = None if today in missing else mark_of(due_on, since, today, MARKS)
        if mark is not None and mark not in sent.values():
            sent[today] = mark
    return sent


@pytest.mark.parametrize(
    "due_on",
    [
        pytest.param(date(2027, 1, 5), id="across a year's end"),
        pytest.param(date(2028, 3, 1), id="after a leap day"),
        pytest.param(date(2028, 2, 29), id="on a leap day"),
        pytest.param(date(2027, 3, 1), id="no leap year"),
        pytest.param(date(2026, 4, 1), id="summer time begins elsewhere"),
        pytest.param(date(2026, 10, 26), id="summer time ends elsewhere"),
    ],
)
def test_each_mark_goes_out_on_its_day_once(due_on):
    assert marks_over(due_on) == {due_on - timedelta(days=mark): mark for mark in MARKS}


def test_after_a_week_without_a_run_the_latest_mark_goes_out_alone():
    due_on = date(2026, 12, 31)
    missing = days(date(2026, 12, 17), 8)  # the marks of 14 and 7 days
    assert marks_over(due_on, missing=missing) == {
        date(2026, 12, 25): 7,
        date(2026, 12, 30): 1,
        date(2026, 12, 31): 0,
    }


def test_an_outage_over_the_day_itself_leaves_one_reminder_that_comes_late():
    due_on = date(2026, 12, 31)
    sent = marks_over(due_on, missing=days(date(2026, 12, 25), 8))
    assert sent == {date(2026, 12, 17): 14, date(2026, 12, 24): 7, date(2027, 1, 2): 0}


@pytest.mark.parametrize(
    ("since", "first"), [(date(2026, 12, 16), 14), (date(2026, 12, 17), 7), (date(2026, 12, 24), 1)]
)
def test_marks_that_had_passed_when_the_day_was_set_are_not_made_up_for(since, first):
    sent = marks_over(date(2026, 12, 31), since=since, missing=days(date(2026, 12, 1), since.day))
    assert next(iter(sent.values())) == first


@pytest.mark.django_db
def test_many_runs_on_one_day_tell_once(time_machine):
    wish, told = WishFactory(), Told()
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    for _hour in range(3):
        remind("expiry", [Deadline(wish, date(2026, 12, 31), KNOWN)], MARKS, told)
        time_machine.shift(3600)
    assert told.calls == [(wish.pk, 7)]


@pytest.mark.django_db
def test_the_day_is_hong_kongs_and_not_the_servers(time_machine):
    wish, told = WishFactory(), Told()
    deadline = Deadline(wish, date(2027, 1, 1), KNOWN)
    time_machine.move_to(datetime(2026, 12, 31, 23, 59, tzinfo=HONG_KONG))
    remind("expiry", [deadline], (0,), told)
    assert told.calls == []
    time_machine.move_to(datetime(2027, 1, 1, 0, 0, tzinfo=HONG_KONG))  # 31 December in Greenwich
    remind("expiry", [deadline], (0,), told)
    assert told.calls == [(wish.pk, 0)]


@pytest.mark.django_db
def test_a_day_that_is_moved_gets_reminders_of_its_own(time_machine):
    wish, told = WishFactory(), Told()
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    remind("expiry", [Deadline(wish, date(2026, 12, 31), KNOWN)], MARKS, told)
    later = Deadline(wish, date(2027, 1, 10), date(2026, 12, 24))
    remind("expiry", [later], MARKS, told)
    time_machine.move_to(datetime(2027, 1, 3, 8, tzinfo=HONG_KONG))
    remind("expiry", [later], MARKS, told)
    assert told.calls == [(wish.pk, 7), (wish.pk, 7)]


@pytest.mark.django_db
def test_a_day_that_is_moved_and_moved_back_is_told_of_once(time_machine):
    wish, told = WishFactory(), Told()
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    for due_on in (date(2026, 12, 31), date(2027, 3, 1), date(2026, 12, 31)):
        remind("expiry", [Deadline(wish, due_on, KNOWN)], MARKS, told)
    assert told.calls == [(wish.pk, 7)]


@pytest.mark.django_db
def test_owners_and_followers_are_reminded_apart(time_machine):
    wish, told = WishFactory(), Told()
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    for kind in ("expiry", "deadline"):
        remind(kind, [Deadline(wish, date(2026, 12, 31), KNOWN)], MARKS, told)
    assert told.calls == [(wish.pk, 7), (wish.pk, 7)]


@pytest.mark.django_db
def test_what_cannot_be_told_is_left_for_the_next_run_and_stops_no_other(time_machine, caplog):
    broken, sound = WishFactory.create_batch(2)
    told = Told()

    def tell(deadline, entry, left):
        if deadline.thing == broken and not told.calls[1:]:
            raise RuntimeError("no such template")
        told(deadline, entry, left)

    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    deadlines = [Deadline(one, date(2026, 12, 31), KNOWN) for one in (broken, sound)]
    assert remind("expiry", deadlines, MARKS, tell) == 1
    assert "no such template" in caplog.text
    told.calls.append("mended")
    assert remind("expiry", deadlines, MARKS, tell) == 1
    assert told.calls == [(sound.pk, 7), "mended", (broken.pk, 7)]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_what_was_told_of_costs_one_query_however_many(count, time_machine, django_assert_num_queries):
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    wishes = WishFactory.create_batch(count)
    for wish in wishes:
        ReminderFactory(object_id=wish.pk, due_on=date(2026, 12, 31), days_before=7)
    deadlines = [Deadline(wish, date(2026, 12, 31), KNOWN) for wish in wishes]
    with django_assert_num_queries(1):
        assert remind("expiry", deadlines, MARKS, Told()) == 0


@pytest.mark.django_db
def test_the_journal_names_what_was_reminded_of(time_machine):
    time_machine.move_to(datetime(2026, 12, 24, 8, tzinfo=HONG_KONG))
    wish = WishFactory(open=True)
    remind("expiry", [Deadline(wish, date(2026, 12, 31), KNOWN)], MARKS, Told())
    entry = Entry.objects.about(Reminder.objects.get()).get()
    assert (entry.verb, entry.details) == ("remind", {"of": wish.reference, "kind": "expiry"})


def test_of_two_runs_at_once_one_tells(committed):
    wish, told = WishFactory(), Told()

    def slowly(deadline, entry, left):
        told(deadline, entry, left)
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")

    deadline = Deadline(wish, timezone.localdate() + timedelta(days=7), KNOWN)
    found = at_once(*[lambda: remind("expiry", [deadline], MARKS, slowly)] * 3)
    assert sorted(found) == [0, 0, 1]
    assert told.calls == [(wish.pk, 7)]
