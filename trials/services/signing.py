"""Both sides sign a locked plan: an entry of the journal each, which nobody changes, over its fingerprint."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Trial
from trials.services.planning import held

SIDES = ("department", "vendor")
SIGNED = (Trial.Status.LOCKED, Trial.Status.RUNNING, Trial.Status.PAUSED)


@transaction.atomic
def sign(trial: Trial, *, by: User) -> Entry:
    """For the side whose approver this person is; of two at once, one signs.

    :raises IllegalTransition: the plan is not locked, its measuring is over, or the side has signed.
    """
    held(trial)
    if trial.status not in SIGNED:
        raise IllegalTransition(_("A plan is signed from its lock to the end of the measuring."))
    side = side_to_sign(trial, by, signatures(Entry.objects.about(trial)))
    if not side:
        raise IllegalTransition(_("Your side has signed this plan already."))
    return record(trial, "sign", by=by, details={"side": side, "plan_hash": trial.plan_hash})


def side_to_sign(trial: Trial, user: User, signed: dict[str, Entry]) -> str:
    """The side that this person may still sign for, "" where there is none; the administrator for either."""
    for side in SIDES:
        may = user.is_superuser or user.is_approver_of(trial.parties[side])
        if may and side not in signed:
            return side
    return ""


def signatures(entries: Iterable[Entry]) -> dict[str, Entry]:
    """By side, of a trial's entries."""
    return {str(entry.details.get("side")): entry for entry in entries if entry.verb == "sign"}
