"""Still current? Each year the vendor says so with one press, or the listing ends."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.clock import day_of, today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import PARTY, notify, party
from notifications.reminding import Deadline
from solutions.models import Solution

ASKED = 30  # days before the listing ends, from which on the question stands


def a_year_after(day: date) -> date:
    """The same day of the next year; of a leap day the last of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def is_asked(solution: Solution, today: date | None = None) -> bool:
    """Whether the question stands now: the listing ends soon."""
    if solution.status != Solution.Status.LISTED or solution.expires_on is None:
        return False
    left = (solution.expires_on - (today or timezone.localdate())).days
    return 0 <= left <= ASKED


@transaction.atomic
def confirm(solution: Solution, *, by: User, until: date) -> None:
    """It is still current: the listing goes on for a year from the day on which it would have ended.

    `until` is that day as the person saw it: pressed twice, or by two people, it is one year all the same.

    :raises IllegalTransition: the question does not stand now, or was answered already.
    """
    if not is_asked(solution):
        raise IllegalTransition(_("The listing does not end soon, or has ended already."))
    rows = Solution.objects.filter(pk=solution.pk, status=Solution.Status.LISTED, expires_on=until)
    if not rows.update(expires_on=a_year_after(until), updated_at=timezone.now()):
        raise IllegalTransition(_("This was confirmed already."))
    solution.expires_on = a_year_after(until)
    record(solution, "confirm", by=by, details={"until": solution.expires_on.isoformat()})


def ending(ahead: int) -> list[Deadline]:
    """Listings that end within so many days; a listing of fewer is known of since it began."""
    now = today()
    rows = Solution.objects.filter(
        status=Solution.Status.LISTED, expires_on__range=(now, now + timedelta(days=ahead))
    ).order_by(F("expires_on"), "pk")
    return [
        Deadline(solution, solution.expires_on, day_of(solution.listed_at))
        for solution in rows
        if solution.expires_on and solution.listed_at
    ]


def ask(deadline: Deadline, entry: Entry, left: int) -> None:
    context: dict[str, Any] = {"left": left, "last_day": deadline.due_on.isoformat()}
    people, template = party(*deadline.thing.author_ids()), "solutions/mail/still_current"
    notify(people, entry, template, thing=deadline.thing, why=PARTY, urgent=True, **context)
