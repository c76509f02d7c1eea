"""When a pledged step is due: working days of Hong Kong, stopped while the other side owes an answer.

Everything is read from the journal's entries: it comes out the same whenever it is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import holidays
from django.db import models
from django.utils import timezone

from journal.models import Entry, Pledge


@cache
def _holidays() -> holidays.HolidayBase:
    """All general holidays; the library keeps those that private employers need not give apart."""
    return holidays.country_holidays("HK", categories=("public", "optional"))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays()


def add_working_days(start: date, days: int) -> date:
    """The day on which `days` working days after `start` have passed; the start day does not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days there are after `start`, up to and with `end`."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=one)) for one in range(1, days + 1))


def day_of(at: datetime) -> date:
    """The day in Hong Kong, wherever the reader is."""
    return timezone.localdate(at, timezone.get_default_timezone())


def today() -> date:
    return day_of(timezone.now())


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    BROKEN = "broken"
    ENDED = "ended"  # in time, and without an answer: there was nothing to answer any more


@dataclass(frozen=True)
class Pause:
    first: date
    last: date | None = None  # the day on which the answer came; None while it is owed

    def covers(self, day: date) -> bool:
        """The clock stood still at the beginning of this day or at its end: the day counts for nobody."""
        if self.last == self.first:
            return False  # asked and answered within one day
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Due:
    """One pledged step as it stands on a day."""

    pledge: Pledge
    began: int | None  # the entry of the step
    begun_on: date
    due_on: date  # while it is paused: if the answer came today
    state: State
    left: int  # working days after today, up to the due day; 0: it is due today, or past
    over: int  # working days since the due day, at least 1 when it is broken
    paused_on: date | None
    answered_on: date | None
    pauses: tuple[Pause, ...] = ()

    @property
    def step(self) -> str:
        return self.pledge.step

    @property
    def debtor(self) -> str:
        return self.pledge.debtor

    @property
    def is_late(self) -> bool:
        return self.state == State.BROKEN

    @property
    def is_open(self) -> bool:
        return self.answered_on is None


@dataclass
class _Running:
    """What the entries have said of one clock so far."""

    pledge: Pledge
    began: int | None
    begun_on: date
    pauses: list[Pause]
    answered_on: date | None = None
    is_moot: bool = False

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].last is None

    def hear(self, entry: Entry) -> None:
        day, pledge = day_of(entry.at), self.pledge
        if entry.verb in pledge.answers or entry.verb in pledge.ends:
            self.answered_on, self.is_moot = day, entry.verb not in pledge.answers
        if self.is_paused and (self.answered_on or entry.verb in pledge.resumed_by):
            self.pauses[-1] = replace(self.pauses[-1], last=day)
        elif entry.verb in pledge.paused_by and not self.answered_on and not self.is_paused:
            self.pauses.append(Pause(day))


def clock(entries: Iterable[Entry], pledges: Iterable[Pledge], on: date | None = None) -> list[Due]:
    """How each pledged step that was taken stands, oldest first. `entries` are one thing's, in their order.

    While the same answer is owed already, as when something comes back from a pause, no other clock begins.
    """
    on, by_step = on or today(), {pledge.step: pledge for pledge in pledges}
    begun: list[_Running] = []
    for entry in entries:
        waiting = [one for one in begun if one.answered_on is None]
        for one in waiting:
            one.hear(entry)
        pledge = by_step.get(entry.verb)
        if pledge and not any(_asks_the_same(one.pledge, pledge) for one in waiting):
            begun.append(_Running(pledge, entry.pk, day_of(entry.at), []))
    return [_stand(one, on) for one in begun]


def _asks_the_same(one: Pledge, other: Pledge) -> bool:
    return set(one.answers) == set(other.answers)


def _stand(one: _Running, on: date) -> Due:
    pauses, number = tuple(one.pauses), one.pledge.working_days
    due_on, counted = _due(one.begun_on, number, pauses)
    until = one.answered_on or on
    is_broken = due_on is not None and until > due_on
    if due_on is None:  # it is paused, with days left
        due_on = add_working_days(on, number - counted)
    return Due(
        pledge=one.pledge,
        began=one.began,
        begun_on=one.begun_on,
        due_on=due_on,
        state=_state(one, is_broken),
        left=0 if is_broken or one.answered_on else working_days_between(on, due_on),
        over=max(1, _running_days(due_on, until, pauses)) if is_broken else 0,
        paused_on=pauses[-1].first if one.is_paused and one.answered_on is None else None,
        answered_on=one.answered_on,
        pauses=pauses,
    )


def _state(one: _Running, is_broken: bool) -> State:
    if is_broken:
        return State.BROKEN
    if one.answered_on:
        return State.ENDED if one.is_moot else State.KEPT
    return State.PAUSED if one.is_paused else State.RUNNING


def _counts(day: date, pauses: Sequence[Pause]) -> bool:
    return is_working_day(day) and not any(pause.covers(day) for pause in pauses)


def _due(begun_on: date, days: int, pauses: Sequence[Pause]) -> tuple[date | None, int]:
    """The day on which the pledge's days are over; None, with those that are, if a pause holds it open."""
    day, counted = begun_on, 0
    open_since = next((pause.first for pause in pauses if pause.last is None), None)
    while counted < days:
        day += timedelta(days=1)
        if open_since is not None and day >= open_since:
            return None, counted
        counted += _counts(day, pauses)
    return day, counted


def _running_days(start: date, end: date, pauses: Sequence[Pause]) -> int:
    days = (start + timedelta(days=one) for one in range(1, (end - start).days + 1))
    return sum(_counts(day, pauses) for day in days)


def clock_of(thing: models.Model) -> list[Due]:
    """The clock of one thing; two queries."""
    return clock(Entry.objects.about(thing).in_order(), Pledge.objects.of(thing._meta.label_lower))


def clocks_of(things: Iterable[models.Model]) -> dict[int, list[Due]]:
    """The clocks of many things of one noun, by their ids; two queries, none for no things."""
    things = list(things)
    if not things:
        return {}
    noun, entries = things[0]._meta.label_lower, defaultdict(list)
    pledges = list(Pledge.objects.of(noun))
    for entry in Entry.objects.filter(noun=noun, object_id__in=[one.pk for one in things]).in_order():
        entries[entry.object_id].append(entry)
    return {one.pk: clock(entries[one.pk], pledges) for one in things}


def with_dues(things: Iterable[Any]) -> list[Any]:
    """Things of one noun, each with what is owed for it now as `due`; for lists of work."""
    things = list(things)
    found = clocks_of(things)
    for one in things:
        one.due = current(found[one.pk])
    return things


def current(dues: Iterable[Due]) -> Due | None:
    """What is owed now: of several, the soonest due."""
    return min((due for due in dues if due.is_open), key=lambda due: due.due_on, default=None)
