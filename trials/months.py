"""One month of a venue: its days, and which of them are booked. Weeks begin on Sunday, as in Hong Kong."""

from calendar import SUNDAY, Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton, get_day_names
from django.db.backends.postgresql.psycopg_any import DateRange

from innoportal.lib.templatetags.languages import LOCALES
from trials.models import Booking

BACK, AHEAD = 1, 12  # months from this one that links lead to: a crawler would never end
WEEK = (6, 0, 1, 2, 3, 4, 5)  # days as Babel numbers them, Sunday first


@dataclass(frozen=True)
class Day:
    on: date
    is_within: bool  # the month; those around it fill its first and last week
    is_today: bool
    booking: Booking | None


@dataclass(frozen=True)
class Month:
    name: str
    week: list[tuple[str, str]]  # each day's short and whole name
    weeks: list[list[Day]]
    before: str  # as addresses have them; "" where nothing leads
    after: str

    @property
    def booked(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day.is_within and day.booking]


def asked(text: str, today: date) -> date:
    """The first day of the month that an address names, as 2026-11; of this month where it names none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if -BACK <= _apart(found, today) <= AHEAD else today.replace(day=1)


def days_of(first: date) -> list[list[date]]:
    return Calendar(SUNDAY).monthdatescalendar(first.year, first.month)


def span(first: date) -> DateRange:
    """The days that a month shows, with those around it."""
    weeks = days_of(first)
    return DateRange(weeks[0][0], weeks[-1][-1], "[]")


def month_of(first: date, bookings: Iterable[Booking], today: date, language: str) -> Month:
    """`bookings` of one venue, so that a day has one at most; more than those of the month do no harm."""
    rows = list(bookings)
    of_day = {on: row for week in days_of(first) for on in week for row in rows if _has(row, on)}
    weeks = [
        [Day(on, on.month == first.month, on == today, of_day.get(on)) for on in week]
        for week in days_of(first)
    ]
    place, locale = _apart(first, today), LOCALES[language]
    short, whole = (get_day_names(width, locale=locale) for width in ("abbreviated", "wide"))
    return Month(
        name=format_skeleton("yMMMM", first, locale=locale),
        week=[(short[day], whole[day]) for day in WEEK],
        weeks=weeks,
        before=f"{first - timedelta(days=1):%Y-%m}" if place > -BACK else "",
        after=f"{first + timedelta(days=31):%Y-%m}" if place < AHEAD else "",
    )


def _has(row: Booking, on: date) -> bool:
    return bool(row.days.lower <= on < row.days.upper)


def _apart(first: date, today: date) -> int:
    return (first.year - today.year) * 12 + first.month - today.month
