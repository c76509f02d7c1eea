"""When mails go out, as a table: times of the reader's own clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifications.models import Preference
from notifications.when import after_quiet, next_digest


def at(said: str, zone: str = "Asia/Hong_Kong") -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone))


def said(moment: datetime, zone: str = "Asia/Hong_Kong") -> str:
    assert moment.tzinfo is UTC
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("rhythm", "choice", "now", "wanted"),
    [
        ("daily", {}, "2026-03-02 07:59", "2026-03-02 08:00"),
        ("daily", {}, "2026-03-02 08:00", "2026-03-03 08:00"),  # that one has gone
        ("daily", {"hour": 0}, "2026-12-31 23:30", "2027-01-01 00:00"),
        ("weekly", {}, "2026-03-02 07:00", "2026-03-02 08:00"),  # a Monday
        ("weekly", {}, "2026-03-02 09:00", "2026-03-09 08:00"),
        ("weekly", {"weekday": 6}, "2026-03-02 09:00", "2026-03-08 08:00"),
        ("weekly", {"weekday": 2}, "2026-03-06 09:00", "2026-03-11 08:00"),  # on a Friday, for Wednesdays
        ("daily", {"quiet_from": time(22), "quiet_until": time(9)}, "2026-03-02 01:00", "2026-03-02 09:00"),
    ],
)
def test_the_next_digest(rhythm, choice, now, wanted):
    assert said(next_digest(Preference(**choice), rhythm, at(now))) == wanted


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-03-28 09:00", "2026-03-29 08:00"),  # the clock goes forward that night: 23 hours
        ("2026-10-24 09:00", "2026-10-25 08:00"),  # and back: 25
    ],
)
def test_a_digest_keeps_its_hour_where_the_clock_is_changed(now, wanted):
    zone = "Europe/London"
    found = next_digest(Preference(timezone=zone), "daily", at(now, zone))
    assert said(found, zone) == wanted


def test_an_hour_that_a_changed_clock_leaves_out_is_not_lost():
    zone = "Europe/London"
    found = next_digest(Preference(timezone=zone, hour=1), "daily", at("2026-03-28 12:00", zone))
    assert said(found, zone) == "2026-03-29 02:00"


@pytest.mark.parametrize(
    ("quiet", "now", "wanted"),
    [
        (None, "2026-03-02 03:00", "2026-03-02 03:00"),
        ((time(22), time(7)), "2026-03-02 21:59", "2026-03-02 21:59"),
        ((time(22), time(7)), "2026-03-02 22:00", "2026-03-03 07:00"),
        ((time(22), time(7)), "2026-03-02 06:59", "2026-03-02 07:00"),
        ((time(22), time(7)), "2026-03-02 07:00", "2026-03-02 07:00"),
        ((time(12), time(14)), "2026-03-02 13:00", "2026-03-02 14:00"),
        ((time(12), time(14)), "2026-03-02 14:00", "2026-03-02 14:00"),
    ],
)
def test_quiet_hours(quiet, now, wanted):
    begin, end = quiet or (None, None)
    found = after_quiet(Preference(quiet_from=begin, quiet_until=end), at(now).astimezone(UTC))
    assert said(found) == wanted
