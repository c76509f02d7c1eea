from datetime import UTC, date, datetime

import pytest

from journal.clock import add_working_days, clock, is_working_day
from journal.models import Entry, Pledge


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 7, 1), False),  # Establishment Day
        (date(2026, 2, 17), False),  # Lunar New Year
        (date(2026, 12, 25), False),
    ],
)
def test_working_days_are_those_of_hong_kong(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 2, date(2026, 11, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_a_pledge_counts_working_days_only(start, days, due):
    assert add_working_days(start, days) == due


def entry(verb: str, day: int) -> Entry:
    return Entry(verb=verb, at=datetime(2026, 11, day, 2, tzinfo=UTC))


PLEDGE = Pledge(step="submit", answers=["list", "refuse"], working_days=2, debtor="office")


def test_the_clock_tells_what_was_answered_when():
    (due,) = clock([entry("submit", 16), entry("edit", 17), entry("refuse", 19)], [PLEDGE])
    assert (due.due_on, due.answered_on, due.is_late) == (date(2026, 11, 18), date(2026, 11, 19), True)


def test_a_step_taken_twice_has_two_clocks():
    first, second = clock([entry("submit", 2), entry("refuse", 3), entry("submit", 9)], [PLEDGE])
    assert (first.is_late, first.answered_on) == (False, date(2026, 11, 3))
    assert second.answered_on is None


def test_what_is_not_pledged_has_no_clock():
    assert clock([entry("edit", 2)], [PLEDGE]) == []
