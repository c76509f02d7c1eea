"""Reminders of what is due on a day, each once: also after an outage, and to the day that holds now.

A room says what is due and how its people are told; when they are told stands with all others in one table,
`innoportal.schedules`:

    def ending(ahead: int) -> list[Deadline]:
        return [Deadline(solution, solution.expires_on, since=…) for …]  # due within `ahead` days, or past

    def ask(deadline: Deadline, entry: Entry, left: int) -> None:
        notify(party(deadline.thing.organisation_id), entry, "solutions/mail/still_current",
               thing=deadline.thing, why=PARTY, left=left)

Nothing is planned ahead: each run looks at the due days as they are, so a day that is moved, or a thing that
is settled, needs no further call. What is past due is reminded of too if the room still lists it.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from journal.clock import today as today_here
from journal.models import Entry
from journal.workflow import record
from notifications.models import Reminder

logger = logging.getLogger(__name__)
KIND = 40  # characters that a row has for what it reminds of


@dataclass(frozen=True)
class Deadline:
    """A saved thing, the day on which something is due of it, and the day since when this is known.

    Steps up to the day `since` were never missed: who sets a day for next week needs no word of the week
    before.
    """

    thing: Any
    due_on: date
    since: date
    part: str = ""  # which of several things that are due of it
    steps: tuple[int, ...] = ()  # in the place of the schedule's, where they hang on the thing
    told: Any = None  # what its room needs to tell of it


Tell = Callable[[Deadline, Entry, int], object]
"""Notifies whom it concerns of the entry; the number is of days left, below 0 when it is past due."""


@dataclass(frozen=True)
class Schedule:
    """A line of the one table: who is reminded of what, so many days before its day and after."""

    kind: str  # of the rows that say what was sent: it never changes
    noun: str  # `room.model`; "" for all that have a pledge
    clock: Any  # which day it is, in words
    who: Any  # in words
    steps: tuple[int, ...]  # days before; below 0, after
    mails: tuple[str, ...]  # names of templates
    due: Callable[[int], Iterable[Deadline]]  # what is due within so many days, or past and still open
    tell: Tell

    def run(self) -> int:
        """Tell of all whose step has come; returns how many were told of."""
        return remind(self.kind, self.due(self.ahead), self.steps, self.tell)

    @property
    def ahead(self) -> int:
        return max(0, *self.steps) if self.steps else 0


@dataclass(frozen=True)
class Coming:
    """A reminder that goes out on a day if nothing changes until then."""

    on: date
    step: int
    schedule: Schedule
    deadline: Deadline


def mark_of(due_on: date, since: date, today: date, marks: Iterable[int]) -> int | None:
    """The latest step that has come since the due day was known; those that it overtook are let go."""
    come = (days for days in marks if since < due_on - timedelta(days=days) <= today)
    return min(come, default=None)


def coming(schedule: Schedule, days: int) -> Iterator[Coming]:
    """What would be sent from today on within so many days, by the rows that are there now."""
    first = today_here()
    deadlines = list(schedule.due(schedule.ahead + days))
    sent = _sent(schedule.kind, deadlines)
    for deadline in deadlines:
        for on in (first + timedelta(days=number) for number in range(days + 1)):
            step = mark_of(deadline.due_on, deadline.since, on, deadline.steps or schedule.steps)
            if step is not None and (key := _key(schedule.kind, deadline, step)) not in sent:
                sent.add(key)
                yield Coming(on, step, schedule, deadline)


def remind(kind: str, deadlines: Iterable[Deadline], marks: Collection[int], tell: Tell) -> int:
    """Tell of each deadline whose step has come and was not told of; returns how many were.

    A thing that cannot be told of is logged, left for the next run, and stops no other.
    """
    today = today_here()
    due = [
        (deadline, mark)
        for deadline in deadlines
        if (mark := mark_of(deadline.due_on, deadline.since, today, deadline.steps or marks)) is not None
    ]
    sent = _sent(kind, [deadline for deadline, _mark in due])
    count = 0
    for deadline, mark in due:
        if _key(kind, deadline, mark) not in sent:
            count += _tell_once(kind, deadline, mark, tell, (deadline.due_on - today).days)
    return count


Key = tuple[str, int, str, date, int]


def _key(kind: str, deadline: Deadline, mark: int) -> Key:
    thing = deadline.thing
    return thing._meta.label_lower, thing.pk, _kind(kind, deadline), deadline.due_on, mark


def _kind(kind: str, deadline: Deadline) -> str:
    return f"{kind}: {deadline.part}"[:KIND] if deadline.part else kind


def _sent(kind: str, deadlines: list[Deadline]) -> set[Key]:
    if not deadlines:
        return set()
    rows = Reminder.objects.filter(
        kind__in={_kind(kind, deadline) for deadline in deadlines},
        noun__in={deadline.thing._meta.label_lower for deadline in deadlines},
        object_id__in={deadline.thing.pk for deadline in deadlines},
    )
    return set(rows.values_list("noun", "object_id", "kind", "due_on", "days_before"))


def _tell_once(kind: str, deadline: Deadline, mark: int, tell: Tell, left: int) -> bool:
    thing = deadline.thing
    try:
        with transaction.atomic():
            reminder, is_new = Reminder.objects.get_or_create(
                noun=thing._meta.label_lower,
                object_id=thing.pk,
                kind=_kind(kind, deadline),
                due_on=deadline.due_on,
                days_before=mark,
            )
            if is_new:  # of two runs at once one inserts the row; the other waits for it and stops here
                tell(deadline, _entry(reminder, thing), left)
    except Exception:
        logger.exception("The reminder %s of %s could not be sent", kind, thing)
        return False
    return is_new


def _entry(reminder: Reminder, thing: Any) -> Entry:
    """About the reminder, not its thing: a reminder changes nothing about what it reminds of."""
    details = {"of": getattr(thing, "reference", None) or "", "kind": reminder.kind}
    return record(reminder, "remind", by=None, details=details)
