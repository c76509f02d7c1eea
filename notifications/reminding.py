"""Reminders of what is due on a day, each once: also after an outage, and to the day that holds now.

A room says what is due, and how its people are told; it calls this from a task that beat runs by day:

    def tell_owners(deadline: Deadline, entry: Entry, left: int) -> None:
        notify(party(deadline.thing.organisation_id), entry, "solutions/mail/refresh_due",
               thing=deadline.thing, why=PARTY, left=left, due_on=deadline.due_on.isoformat())

    remind("refresh", [Deadline(solution, solution.refresh_on, since=…) for …], (14, 7, 1, 0), tell_owners)

Nothing is planned ahead: each run looks at the due days as they are, so a day that is moved, or a thing that
is settled, needs no further call. What is past due is reminded of too if the room still lists it.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from journal.models import Entry
from journal.workflow import record
from notifications.models import Reminder

logger = logging.getLogger(__name__)
MARKS = (14, 7, 1, 0)  # days before; a negative one is a day after


@dataclass(frozen=True)
class Deadline:
    """A saved thing, the day on which something is due of it, and the day since when this is known.

    Marks up to the day `since` were never missed: who sets a day for next week needs no word of the week
    before.
    """

    thing: Any
    due_on: date
    since: date


Tell = Callable[[Deadline, Entry, int], object]
"""Notifies whom it concerns of the entry; the number is of days left, below 0 when it is past due."""


def mark_of(due_on: date, since: date, today: date, marks: Iterable[int] = MARKS) -> int | None:
    """The latest mark that has come since the due day was known; those that it overtook are let go."""
    come = (days for days in marks if since < due_on - timedelta(days=days) <= today)
    return min(come, default=None)


def remind(kind: str, deadlines: Iterable[Deadline], marks: Collection[int], tell: Tell) -> int:
    """Tell of each deadline whose mark has come and was not told of; returns how many were.

    A thing that cannot be told of is logged, left for the next run, and stops no other.
    """
    today = timezone.localdate()
    due = [
        (deadline, mark)
        for deadline in deadlines
        if (mark := mark_of(deadline.due_on, deadline.since, today, marks)) is not None
    ]
    sent = _sent(kind, [deadline for deadline, _mark in due])
    count = 0
    for deadline, mark in due:
        if (deadline.thing._meta.label_lower, deadline.thing.pk, deadline.due_on, mark) not in sent:
            count += _tell_once(kind, deadline, mark, tell, (deadline.due_on - today).days)
    return count


def _sent(kind: str, deadlines: list[Deadline]) -> set[tuple[str, int, date, int]]:
    rows = Reminder.objects.filter(
        kind=kind,
        noun__in={deadline.thing._meta.label_lower for deadline in deadlines},
        object_id__in={deadline.thing.pk for deadline in deadlines},
    )
    return set(rows.values_list("noun", "object_id", "due_on", "days_before"))


def _tell_once(kind: str, deadline: Deadline, mark: int, tell: Tell, left: int) -> bool:
    thing = deadline.thing
    try:
        with transaction.atomic():
            reminder, is_new = Reminder.objects.get_or_create(
                noun=thing._meta.label_lower,
                object_id=thing.pk,
                kind=kind,
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
