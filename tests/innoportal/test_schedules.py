"""The one table of reminders: what it says, what it would send, and that each step is sent once."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from innoportal import schedules
from innoportal.celery import app
from innoportal.schedules import SCHEDULES, remind_due, what_comes
from notifications.models import Follow, Notification, Reminder
from notifications.reminding import KIND, Deadline, Schedule, coming
from tests.factories import (
    CallFactory,
    MembershipFactory,
    NominationFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
CLOSES = date(2027, 3, 20)


@pytest.fixture
def clock(time_machine):
    def to(day, hour=9):
        time_machine.move_to(datetime(day.year, day.month, day.day, hour, tzinfo=HONG_KONG), tick=False)

    to(date(2027, 2, 20))
    return to


@pytest.fixture
def things(clock):
    """Of each noun that has last days, one that closes on 20 March, with people who are told."""
    department, vendor = MembershipFactory(), MembershipFactory(organisation=OrganisationFactory(vendor=True))
    wish = WishFactory(open=True, organisation=department.organisation, closes_on=CLOSES)
    call = CallFactory(open=True, closes_on=CLOSES)
    Follow.objects.create(user=vendor.user, noun="wishes.wish", object_id=wish.pk)
    Follow.objects.create(user=vendor.user, noun="wishes.call", object_id=call.pk)
    SolutionFactory(listed=True, organisation=vendor.organisation, expires_on=CLOSES)
    NominationFactory(here=True, vendor=vendor.organisation, expires_on=CLOSES)
    return wish


def rows():
    return set(Reminder.objects.values_list("noun", "kind", "days_before"))


def days(first, last):
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_every_line_names_a_noun_mails_that_are_there_and_a_kind_of_its_own():
    roots = [Path(folder) for folder in settings.TEMPLATES[0]["DIRS"]]
    for one in SCHEDULES:
        assert not one.noun or apps.get_model(one.noun)
        assert len(one.kind) <= KIND and one.steps and str(one.clock) and str(one.who)
        assert list(one.steps) == sorted(set(one.steps), reverse=True)
        for mail in one.mails:
            assert any((root / f"{mail}.txt").exists() for root in roots), mail
    kinds = [(one.noun, one.kind) for one in SCHEDULES]
    assert len(kinds) == len(set(kinds))


def test_no_room_sends_reminders_by_a_table_of_its_own():
    """Only the hall's table runs `remind`; the two that it cannot see are of a person and of a budget."""
    root = Path(settings.BASE_DIR)
    rooms = [folder for folder in root.iterdir() if (folder / "apps.py").exists()]
    found = {
        str(file.relative_to(root))
        for room in rooms
        for file in room.rglob("*.py")
        if "Reminder.objects" in file.read_text() and "migrations" not in file.parts
    }
    assert found == {"notifications/budget.py", "notifications/reminding.py"}
    assert [name for name in app.conf.beat_schedule if "remind" in name] == ["remind"]
    assert app.conf.beat_schedule["remind"]["task"] == remind_due.name


@pytest.mark.django_db
def test_each_step_of_each_thing_goes_out_on_its_day_and_the_preview_said_so(clock, things):
    said = {(one.on, one.schedule.noun, one.schedule.kind, one.step) for one in what_comes(40)}
    sent = set()
    for today in days(date(2027, 2, 20), date(2027, 4, 1)):
        clock(today)
        before = rows()
        for _hour in range(2):
            remind_due()
        sent |= {(today, *row) for row in rows() - before}
    assert sent == said
    assert {(noun, kind, step) for _on, noun, kind, step in sent} == {
        *(("wishes.wish", "expiry", step) for step in (14, 7, 1, 0)),
        *((noun, "deadline", step) for noun in ("wishes.wish", "wishes.call") for step in (7, 1)),
        *(("solutions.solution", "refresh", step) for step in (14, 7, 1, 0)),  # at 30 it was not known
        ("solutions.nomination", "nomination", 23),
    }


@pytest.mark.django_db
def test_a_beat_that_slept_two_weeks_sends_the_latest_step_alone(clock, things):
    clock(date(2027, 3, 5))
    remind_due("wishes.wish")
    assert rows() == set()
    clock(date(2027, 3, 19))  # the steps of 14 and 7 days came and went
    remind_due("wishes.wish")
    assert rows() == {("wishes.wish", "expiry", 1), ("wishes.wish", "deadline", 1)}


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Pacific/Auckland"])
def test_a_reader_elsewhere_whose_clock_changes_is_told_on_hong_kongs_day(clock, things, zone):
    """Summer time begins in New York on 14 March 2027, ends in Auckland on 4 April."""
    sent = {}
    for today in days(date(2027, 3, 5), date(2027, 3, 21)):
        for hour in (0, 12, 23):
            clock(today, hour)
            with timezone.override(ZoneInfo(zone)):
                if remind_due("wishes.wish"):
                    sent.setdefault(today, []).append(hour)
    assert sent == {
        date(2027, 3, 6): [0],
        date(2027, 3, 13): [0],
        date(2027, 3, 19): [0],
        date(2027, 3, 20): [0],
    }


def test_of_two_workers_one_sends_each_step_of_the_whole_table(committed, time_machine):
    time_machine.move_to(datetime(2027, 3, 13, 9, tzinfo=HONG_KONG), tick=False)
    owner = MembershipFactory()
    known = datetime(2027, 2, 1, tzinfo=HONG_KONG)
    WishFactory(open=True, organisation=owner.organisation, closes_on=CLOSES, published_at=known)
    CallFactory(open=True, closes_on=CLOSES, published_at=known)
    found = at_once(*[remind_due] * 2)
    assert sum(found) == 3
    assert rows() == {
        ("wishes.wish", "expiry", 7),
        ("wishes.wish", "deadline", 7),
        ("wishes.call", "deadline", 7),
    }
    assert Notification.objects.filter(recipient=owner.user, channel="email").count() == 1


@pytest.mark.django_db
def test_a_schedule_that_fails_stops_no_other(clock, things, monkeypatch, caplog):
    def broken(_ahead):
        raise RuntimeError("no such table")

    lines = [Schedule("x", "wishes.wish", "", "", (1,), (), broken, print), *SCHEDULES]
    monkeypatch.setattr(schedules, "SCHEDULES", lines)
    clock(date(2027, 3, 13))
    assert remind_due("wishes.wish") == 2
    assert "no such table" in caplog.text


@pytest.mark.django_db
def test_the_preview_leaves_out_what_was_sent_and_what_a_later_step_overtakes(clock):
    wish = WishFactory()
    clock(date(2027, 3, 1))
    deadline = Deadline(wish, date(2027, 3, 8), date(2027, 2, 1))
    schedule = Schedule("x", "wishes.wish", "", "", (14, 7, 1, -3), (), lambda _ahead: [deadline], print)
    Reminder.objects.create(
        noun="wishes.wish", object_id=wish.pk, kind="x", due_on=deadline.due_on, days_before=1
    )
    found = [(one.on, one.step) for one in coming(schedule, 30)]
    assert found == [(date(2027, 3, 1), 7), (date(2027, 3, 11), -3)]


@pytest.mark.django_db
def test_the_command_lists_what_comes_and_sends_nothing(clock, things):
    out = StringIO()
    clock(date(2027, 3, 5))
    call_command("reminders", "--days", "9", stdout=out)
    lines = out.getvalue().splitlines()
    assert f"2027-03-06  {things.reference}  expiry: 14 days before 2027-03-20, to the department" in lines
    assert lines[-1] == "7 reminders in the next 9 days."
    assert (Reminder.objects.count(), Notification.objects.count()) == (0, 0)
    with pytest.raises(CommandError):
        call_command("reminders", "--days", "-1")


def test_the_command_shows_the_table():
    out = StringIO()
    call_command("reminders", "--table", stdout=out)
    assert len(out.getvalue().splitlines()) == len(SCHEDULES)
    assert "14 days before, 7 days before, 1 day before, on the day · the department" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_preview_takes_as_many_queries_for_five_things_as_for_one(
    count, clock, django_assert_num_queries
):
    WishFactory.create_batch(count, open=True, closes_on=CLOSES)
    UserFactory(office=True)
    with django_assert_num_queries(27):  # two or three for each line of the table
        assert len(what_comes(30)) == 6 * count
