"""What waits for a person: rows that each room gives, and one order for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from journal.clock import Due, State, today

SOON = 14  # days before its last day from which a thing waits for who may renew it
MOST = 100  # rows that a room reads of each noun


@dataclass(frozen=True)
class Row:
    """One thing that somebody must do."""

    task: Any  # what is to be done, in words; of what others do, who does it
    title: Any
    url: str
    thing: Any = None  # its status is shown
    note: Any = ""
    due: Due | None = None
    until: date | None = None  # its last day where no pledge runs
    since: datetime | None = None  # how long it has waited
    mine: bool = True

    @property
    def day(self) -> date | None:
        """By when; None while its clock stands still or when nobody has promised anything."""
        if self.due is not None and self.due.state != State.PAUSED:
            return self.due.due_on
        return self.until

    @property
    def is_late(self) -> bool:
        return self.due.is_late if self.due is not None else self.until is not None and self.until < today()

    @property
    def is_today(self) -> bool:
        return self.day == today()


def in_order(rows: Iterable[Row]) -> list[Row]:
    """What is due first comes first; then what has no day, the longest waiting first."""

    def place(row: Row) -> tuple[bool, date, float]:
        return row.day is None, row.day or date.max, row.since.timestamp() if row.since else 0.0

    return sorted(rows, key=place)
