"""What of this room's is handed over before an account is closed, and what goes of who was nominated."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import ngettext

from accounts.closing import alone_for, has_open_things
from accounts.fates import Closing, Duty
from accounts.models import User
from solutions.models import Solution
from solutions.nominating import FORGOTTEN, expire

S = Solution.Status
OVER = (S.NOT_SUITABLE, S.WITHDRAWN, S.EXPIRED)


def open_solutions(user: User) -> Iterator[Duty]:
    """Of organisations for which nobody else approves."""
    for one in alone_for(user):
        if count := Solution.objects.filter(organisation=one).exclude(status__in=OVER).count():
            words = ngettext(
                "%(organisation)s has %(count)d open solution, and no approver but you. "
                "Let someone else in as an approver, or withdraw it.",
                "%(organisation)s has %(count)d open solutions, and no approver but you. "
                "Let someone else in as an approver, or withdraw them.",
                count,
            )
            yield has_open_things(one, words % {"organisation": one.name, "count": count})


def forget_contact(rows: Any, closing: Closing) -> None:
    """One that only reached the address ends, since nobody reads it there."""
    for nomination in rows.waiting().filter(vendor=None).order_by("pk"):
        expire(nomination)
    rows.update(**FORGOTTEN)
