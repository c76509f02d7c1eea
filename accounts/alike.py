"""The portal office's list of organisations that may be one, and its judgement of each pair."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.likeness import pairs
from accounts.models import Organisation, SuspectedPair, User
from accounts.registering import CROWD, everyone
from accounts.signals import changed

Decision = SuspectedPair.Decision


def sweep() -> int:
    """Write down each pair that is not on the list yet; what was judged stays as it is."""
    found = pairs(everyone(), crowd=CROWD)
    before = SuspectedPair.objects.count()
    SuspectedPair.objects.bulk_create(
        (
            SuspectedPair(first_id=first, second_id=second, reasons=list(why))
            for (first, second), why in found.items()
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
    return SuspectedPair.objects.count() - before


@transaction.atomic
def suspect(one: Organisation, other: Organisation, *, by: User) -> SuspectedPair:
    """Put two that nothing has found on the list, to be judged like any pair.

    :raises ValidationError: they are one entry, one of them leads elsewhere, or the pair was judged already.
    """
    if one.pk == other.pk:
        raise ValidationError(_("These are one and the same entry."))
    if one.merged_into_id or other.merged_into_id:
        raise ValidationError(_("One of the two has been merged into another organisation already."))
    first, second = sorted((one, other), key=lambda each: each.pk)
    pair, is_new = SuspectedPair.objects.get_or_create(
        first=first, second=second, defaults={"reasons": [SuspectedPair.Why.OFFICE]}
    )
    if pair.decision:
        raise ValidationError(_("This pair was decided already; see those that were decided."))
    if is_new:
        details = {"pair": pair.pk, "other": second.slug}
        changed.send(Organisation, organisation=first, verb="suspect", by=by, reason="", details=details)
    return pair


@transaction.atomic
def keep_apart(pair: SuspectedPair, *, by: User, reason: str) -> None:
    """They are two organisations; nobody is asked again.

    :raises ValidationError: it is judged already, no reason was given, or the person belongs to one of them.
    """
    held = locked(pair)
    may_judge(held, by)
    judge(held, Decision.DIFFERENT, by, reason)
    details = {"pair": held.pk, "other": held.second.slug}
    changed.send(
        Organisation, organisation=held.first, verb="keep_apart", by=by, reason=reason, details=details
    )


def locked(pair: SuspectedPair) -> SuspectedPair:
    rows = SuspectedPair.objects.select_for_update(of=("self",)).select_related("first", "second")
    return rows.get(pk=pair.pk)


def may_judge(pair: SuspectedPair, by: User) -> None:
    """
    :raises ValidationError: it is judged already, or this person belongs to one of the two.
    """
    if pair.decision:
        raise ValidationError(_("This has been decided already."))
    if {pair.first_id, pair.second_id} & set(by.membership_roles):
        raise ValidationError(_("Someone who does not belong to the organisation must decide."))


def judge(pair: SuspectedPair, decision: str, by: User, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: it stays with the decision.")})
    pair.decision, pair.note = decision, reason.strip()[:1000]
    pair.decided_by, pair.decided_at = by, timezone.now()
    pair.save()
