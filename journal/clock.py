"""When a pledged step is due: working days of Hong Kong, public holidays known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays
from django.db import models
from django.utils import timezone

from journal.models import Entry, Pledge


@cache
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("HK")


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays()


def add_working_days(start: date, days: int) -> date:
    """The day on which `days` working days after `start` have passed; the start day does not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


@dataclass(frozen=True)
class Due:
    step: str
    debtor: str
    due_on: date
    answered_on: date | None

    @property
    def is_late(self) -> bool:
        return (self.answered_on or timezone.localdate()) > self.due_on


def clock(entries: Iterable[Entry], pledges: Iterable[Pledge]) -> list[Due]:
    """For each pledged step that was taken, when the answer was due and when it came, oldest first."""
    by_step = {pledge.step: pledge for pledge in pledges}
    entries = list(entries)
    dues = []
    for position, entry in enumerate(entries):
        if (pledge := by_step.get(entry.verb)) is None:
            continue
        answer = next((later for later in entries[position + 1 :] if later.verb in pledge.answers), None)
        dues.append(
            Due(
                entry.verb,
                pledge.debtor,
                add_working_days(timezone.localdate(entry.at), pledge.working_days),
                timezone.localdate(answer.at) if answer else None,
            )
        )
    return dues


def clock_of(thing: models.Model) -> list[Due]:
    """The clock of one thing; two queries."""
    return clock(Entry.objects.about(thing).in_order(), Pledge.objects.filter(noun=thing._meta.label_lower))
