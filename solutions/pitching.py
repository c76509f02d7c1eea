"""A pitch: why a solution fits a wish. It stands once the wish takes no answers any more."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.writing.answers import digest
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from solutions.asking import wishes
from solutions.models import Interest, Solution

WISH_REFERENCE = re.compile(r"W-\d{4}-\d{4,}")
LIVING = (Solution.Status.DRAFT, *Solution.ANSWERING)


@transaction.atomic
def answer_wish(solution: Solution, *, by: User, wish_reference: str, pitch: str) -> Interest:
    """Offer a solution for a wish, which is named by its public number; saying so again changes the pitch.

    :raises IllegalTransition: the solution is not handed in yet, or its life is over.
    :raises ValidationError: the number has not the form of a wish's, or nothing says why it fits.
    """
    if solution.status not in Solution.ANSWERING:
        raise IllegalTransition(_("Only a solution that is handed in can answer a wish."))
    interest = keep_pitch(solution, by=by, wish_reference=wish_reference, pitch=pitch)
    record(solution, "answer_wish", by=by, details={"wish": interest.wish_reference})
    return interest


def keep_pitch(solution: Solution, *, by: User, wish_reference: str, pitch: str) -> Interest:
    """Also of a draft, of which nobody learns before it is handed in.

    :raises ValidationError: the number has not the form of a wish's, or nothing says why it fits.
    """
    wish_reference, pitch = wish_reference.strip().upper(), pitch.strip()
    if not WISH_REFERENCE.fullmatch(wish_reference):
        raise ValidationError({"wish_reference": _("A wish's number looks like W-2026-0042.")})
    if not pitch:
        raise ValidationError({"pitch": _("Say why the solution fits the wish.")})
    interest, _made = Interest.objects.update_or_create(
        solution=solution,
        wish_reference=wish_reference,
        defaults={"pitch": pitch},
        create_defaults={"pitch": pitch, "created_by": by},
    )
    return interest


@transaction.atomic
def offer(solution: Solution, *, by: User, wish_reference: str, pitch: str) -> Interest:
    """Answer a wish that takes answers until this is written.

    :raises IllegalTransition: the wish takes none, or the solution cannot answer one now.
    :raises ValidationError: the number has not the form of a wish's, or nothing says why it fits.
    """
    _hold_open(wish_reference.strip().upper())
    return answer_wish(solution, by=by, wish_reference=wish_reference, pitch=pitch)


@transaction.atomic
def change_pitch(interest: Interest, *, by: User, pitch: str, seen: str) -> None:
    """Say it otherwise; what it said before stays in the journal. `seen` is what stood there for its writer.

    :raises IllegalTransition: the wish takes no answers any more, or the pitch was changed or withdrawn.
    :raises ValidationError: nothing says why it fits.
    """
    pitch = pitch.strip()
    if not pitch:
        raise ValidationError({"pitch": _("Say why the solution fits the wish.")})
    held = _held(interest)
    if digest(held.pitch) != seen:
        raise IllegalTransition(_("A colleague has changed this meanwhile. Look at both before you save."))
    if held.pitch == pitch:
        return
    was, held.pitch = held.pitch, pitch
    held.save(update_fields=["pitch"])
    details = {"wish": held.wish_reference, "was": was}
    record(held.solution, "change_pitch", by=by, details=details)


@transaction.atomic
def withdraw_pitch(interest: Interest, *, by: User) -> None:
    """The solution stands for this wish no more; what was said stays in the journal.

    :raises IllegalTransition: the wish takes no answers any more, or it was withdrawn already.
    """
    held = _held(interest)
    details = {"wish": held.wish_reference, "was": held.pitch}
    record(held.solution, "withdraw_pitch", by=by, details=details)
    held.delete()


def said_before(interest: Interest) -> list[Entry]:
    """Each text that it had, the latest first; `details["was"]`."""
    rows = Entry.objects.about(interest.solution).filter(
        verb__in=("change_pitch", "withdraw_pitch"), details__wish=interest.wish_reference
    )
    return list(rows.order_by("-at", "-pk"))


def _held(interest: Interest) -> Interest:
    """Its locked row, while its wish takes answers; the wish first, as who closes it does."""
    _hold_open(interest.wish_reference)
    rows = Interest.objects.select_for_update(of=("self",)).select_related("solution")
    held = rows.filter(pk=interest.pk).first()
    if held is None:
        raise IllegalTransition(_("This answer was withdrawn already."))
    if held.solution.status not in LIVING:
        raise IllegalTransition(_("This cannot be changed in its present state."))
    return held


def _hold_open(reference: str) -> None:
    """Who closes the wish waits until this is written, or was first."""
    rows = wishes().open().filter(reference=reference).select_for_update(of=("self",), no_key=True)
    if rows.first() is None:
        raise IllegalTransition(_("This wish takes no answers any more. What you said to it stands."))
