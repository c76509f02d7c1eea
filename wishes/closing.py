"""What of this room's is handed over, or left, before an account is closed."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import ngettext

from accounts.closing import alone_for, has_open_things
from accounts.fates import Closing, Duty
from accounts.models import User
from wishes.models import Wish

S = Wish.Status
OVER = (S.RESOLVED, S.WITHDRAWN, S.EXPIRED, S.MERGED)


def open_wishes(user: User) -> Iterator[Duty]:
    """Of organisations for which nobody else approves."""
    for one in alone_for(user):
        if count := Wish.objects.filter(organisation=one).exclude(status__in=OVER).count():
            words = ngettext(
                "%(organisation)s has %(count)d open wish, and no approver but you. "
                "Let someone else in as an approver, or end it.",
                "%(organisation)s has %(count)d open wishes, and no approver but you. "
                "Let someone else in as an approver, or end them.",
                count,
            )
            yield has_open_things(one, words % {"organisation": one.name, "count": count})


def leave_steps(rows: Any, closing: Closing) -> None:
    """Who is asked to endorse from now on; what they endorsed stands."""
    for step in rows.in_force().order_by("pk"):
        step.people.remove(closing.person)
