from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from innoportal.schedules import SCHEDULES, what_comes
from notifications.reminding import Coming

MOST = 366


class Command(BaseCommand):
    help = "Lists the reminders that go out in the next days if nothing changes, or the table behind them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=14, help="from today on; 14 if it is not said")
        parser.add_argument("--table", action="store_true", help="every schedule, and none of its days")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["days"] <= MOST:
            raise CommandError(f"--days: a number from 0 to {MOST}.")
        if options["table"]:
            self._table()
            return
        found = what_comes(options["days"])
        for one in found:
            self.stdout.write(line(one))
        self.stdout.write(f"{len(found)} reminders in the next {options['days']} days.")

    def _table(self) -> None:
        for one in SCHEDULES:
            steps = ", ".join(said(step) for step in one.steps)
            noun = one.noun or "every pledge"
            self.stdout.write(
                f"{noun} · {one.kind} · {one.clock} · {steps} · {one.who} · {', '.join(one.mails)}"
            )


def line(one: Coming) -> str:
    """One reminder: its day, what of, by which day, to whom."""
    thing, deadline = one.deadline.thing, one.deadline
    name = getattr(thing, "reference", None) or f"{thing._meta.verbose_name} {thing.pk}"
    what = f"{one.schedule.kind} {deadline.part}".strip()
    return f"{one.on}  {name}  {what}: {said(one.step)} {deadline.due_on}, to {one.schedule.who}"


def said(step: int) -> str:
    if not step:
        return "on the day"
    days = "day" if abs(step) == 1 else "days"
    return f"{abs(step)} {days} {'before' if step > 0 else 'after'}"
