"""What waits for a person where their organisation uses a solution."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.work import MOST, Row
from trials.adopters import seat_at
from trials.models import Confirmation


def used(user: User) -> Iterator[Row]:
    """What is written and not confirmed yet; one query. Who may not confirm it waits for who may."""
    waiting = Confirmation.objects.waiting().filter(organisation__in=list(user.membership_roles))
    for one in waiting.for_rows().order_by("created_at", "pk")[:MOST]:
        is_mine = seat_at(one, user) is not None
        yield Row(
            task=_("Confirm that your organisation uses this") if is_mine else _("An approver there"),
            title=one.solution.title,
            url=one.get_absolute_url(),
            thing=one,
            note=one.organisation.name,
            since=one.created_at,
            mine=is_mine,
        )
