"""The story's time: events are told in their order, each at its own moment."""

import heapq
import itertools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import time_machine
from django.utils import timezone

from journal.clock import is_working_day

Event = Callable[[], object]


class Story:
    """Events by day before `today`; those of one day keep the order in which they were added."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._events: list[tuple[datetime, int, Event]] = []
        self._order = itertools.count()

    def moment(self, days: int) -> datetime:
        """In office hours of the working day that is `days` after today (negative: before).

        What falls on a holiday moves to just after all that the working day before it had.
        """
        day = self.today + timedelta(days=days)
        if not is_working_day(day):
            return self.moment(days - 1) + timedelta(minutes=1)
        minutes = (days * 37) % 420  # between 9:30 and 16:30, the same for the same day in every telling
        opened = datetime.combine(day, time(9, 30), tzinfo=timezone.get_default_timezone())
        return opened + timedelta(minutes=minutes)

    def at(self, days: int, event: Event) -> None:
        if days > 0:
            raise ValueError(f"the story has no future: {days} days")
        order = next(self._order)
        heapq.heappush(self._events, (self.moment(days), order, event))

    def tell(self, progress: Callable[[], None] = lambda: None) -> int:
        """Run all events in order of time; an event may add later ones."""
        told = 0
        while self._events:
            moment, _order, event = heapq.heappop(self._events)
            with time_machine.travel(moment, tick=False):
                event()
            progress()
            told += 1
        return told
