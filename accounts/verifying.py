"""A vendor asks the portal office to verify it; what was checked is written down and shown as a badge."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User, Verification
from accounts.signals import changed

NUMBERED = (Organisation.Kind.STARTUP, Organisation.Kind.SME)  # companies: others have no such number
SAID = {"br_number", "cr_number", "note"}  # by the vendor


@transaction.atomic
def ask(
    organisation: Organisation, *, by: User, br_number: str = "", cr_number: str = "", note: str = ""
) -> Verification:
    """Put it before the portal office.

    :raises ValidationError: it is no vendor, is verified already, has asked already, or a number is wrong.
    """
    held = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not held.is_vendor:
        raise ValidationError(_("Only vendors are verified."))
    if held.verifications.in_force().exists():
        raise ValidationError(_("The organisation is verified already."))
    if held.verifications.waiting().exists():
        raise ValidationError(_("The portal office has your request already."))
    if held.kind in NUMBERED and not br_number:
        raise ValidationError({"br_number": _("A company gives its business registration number.")})
    made = Verification(
        organisation=held, asked_by=by, br_number=br_number, cr_number=cr_number, note=note.strip()
    )
    made.clean_fields(exclude={one.name for one in Verification._meta.fields} - SAID)
    made.save()
    _tell(made, "ask_verification", by)
    return made


@transaction.atomic
def decide(
    verification: Verification, *, by: User, is_verified: bool, checked: Iterable[str] = (), reason: str = ""
) -> None:
    """Yes, with what was checked; or no, with a reason that the vendor reads.

    :raises ValidationError: somebody has decided already, nothing was checked, or no reason was given.
    """
    held = _held(verification)
    if held.decided_at:
        raise ValidationError(_("This has been decided already."))
    if held.organisation_id in by.membership_roles:
        raise ValidationError(_("Someone who does not belong to the organisation must decide."))
    held.checked, held.reason = sorted(set(checked) & set(Verification.Check.values)), reason.strip()
    if is_verified and not held.checked:
        raise ValidationError({"checked": _("Say what you have checked.")})
    if not is_verified and not held.reason:
        raise ValidationError({"reason": _("Say why: the vendor reads your reason.")})
    held.is_verified, held.decided_by, held.decided_at = is_verified, by, timezone.now()
    held.save()
    if is_verified:
        Organisation.objects.filter(pk=held.organisation_id).update(is_confirmed=True)
    _tell(held, "verify" if is_verified else "refuse_verification", by, held.reason)


@transaction.atomic
def revoke(verification: Verification, *, by: User, reason: str) -> None:
    """The badge goes at once; what was checked stays readable.

    :raises ValidationError: it is not in force, or no reason was given.
    """
    held, reason = _held(verification), reason.strip()
    if not held.is_verified or held.revoked_at:
        raise ValidationError(_("It is not in force."))
    if not reason:
        raise ValidationError({"reason": _("Say why: the vendor reads your reason.")})
    held.revoked_by, held.revoked_at, held.revoked_for = by, timezone.now(), reason
    held.save()
    Organisation.objects.filter(pk=held.organisation_id).update(is_confirmed=False)
    _tell(held, "revoke_verification", by, reason)


def _held(verification: Verification) -> Verification:
    rows = Verification.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=verification.pk)


def _tell(verification: Verification, verb: str, by: User, reason: str = "") -> None:
    details = {"verification": verification.pk, "checked": list(verification.checked)}
    organisation = verification.organisation
    changed.send(Organisation, organisation=organisation, verb=verb, by=by, reason=reason, details=details)
