"""Nominations: a partner writes of a vendor's solution, and the vendor makes it its own, or says no."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from accounts.joining import standing
from accounts.models import Organisation, User
from innoportal.languages import simplified
from journal.clock import day_of, today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, PARTY, bilingual, notify, party
from notifications.reminding import Deadline
from solutions import nomination_mail, services
from solutions.models import Nomination, Solution
from solutions.models.nominations import LASTS, digest_of
from solutions.workflow import NOMINATIONS

MOST_WAITING = 10  # of one organisation
ALIKE = 88  # of 100: titles that mean the same
TEXTS = ("title_en", "title_zh", "summary_en", "summary_zh", "trl")
FORGOTTEN: dict[str, Any] = {"contact_name": "", "contact_email": ""}  # of whoever was written to


@transaction.atomic
def nominate(
    *,
    by: User,
    organisation: Organisation,
    vendor: Organisation | None = None,
    vendor_name: str = "",
    contact_name: str = "",
    contact_email: str = "",
    **texts: Any,
) -> Nomination:
    """Write to the vendor: to its people here, or to the address of a contact where it is not here yet.

    :raises ValidationError: it is one's own, waits already, reaches nobody, or too much waits or was mailed.
    """
    organisation = standing(organisation)  # also the lock of its budget
    address = "" if vendor else contact_email.strip().lower()
    _may_be_made(vendor, address, by, organisation)
    made = Nomination(
        nominator=organisation,
        vendor=vendor,
        created_by=by,
        vendor_name=(str(vendor.name) if vendor else vendor_name.strip()),
        contact_name="" if vendor else contact_name.strip(),
        contact_email=address,
        contact_digest=digest_of(address) if address else "",
        **texts,
    )
    if any(_is_alike(made, one) for one in _of_same_vendor(made)):
        raise ValidationError(_("This is nominated already, and waits for the vendor's answer."))
    made.save()
    entry = record(made, "nominate", by=by, details={"vendor": made.vendor_id})
    if vendor is None:
        nomination_mail.send(made, "nomination_invitation")
    else:
        _tell_vendor(made, entry, "nominated", LASTS.days)
    return made


def _may_be_made(vendor: Organisation | None, address: str, by: User, organisation: Organisation) -> None:
    if vendor is not None:
        _may_be_of(vendor, by, organisation)
    else:
        _may_be_written_to(address, by, organisation)
    if organisation.nominations.waiting().count() >= MOST_WAITING:
        raise ValidationError(_("Too many of your nominations wait for an answer. Take one back first."))


def _may_be_of(vendor: Organisation, by: User, organisation: Organisation) -> None:
    if not vendor.is_vendor or vendor.merged_into_id:
        raise ValidationError({"vendor": _("Only a vendor can offer a solution.")})
    if vendor.pk == organisation.pk or by.is_member_of(vendor.pk):
        raise ValidationError(
            {"vendor": _("Nobody nominates their own organisation: offer the solution yourself.")}
        )


def _may_be_written_to(address: str, by: User, organisation: Organisation) -> None:
    if not address:
        raise ValidationError({"contact_email": _("Give an address to which the portal can write.")})
    if address == by.email.lower() or organisation.people.filter(email__iexact=address).exists():
        raise ValidationError(
            {"contact_email": _("Nobody nominates their own organisation: offer the solution yourself.")}
        )
    nomination_mail.may_write_to(address)


def _of_same_vendor(made: Nomination) -> Iterable[Nomination]:
    """All that wait, whoever wrote them."""
    if made.vendor_id:
        return Nomination.objects.waiting().filter(vendor=made.vendor_id)
    same = Q(contact_digest=made.contact_digest) | Q(vendor=None, vendor_name__iexact=made.vendor_name)
    return Nomination.objects.waiting().filter(same)


def _is_alike(one: Nomination, other: Nomination) -> bool:
    pairs = ((one.title_en, other.title_en), (one.title_zh, other.title_zh))
    return any(fuzz.token_sort_ratio(_plain(a), _plain(b)) >= ALIKE for a, b in pairs if a and b)


def _plain(title: str) -> str:
    return simplified(" ".join(title.casefold().split()))


@transaction.atomic
def confirm(
    nomination: Nomination, *, by: User, organisation: Organisation, hands_in: bool = False, **texts: Any
) -> Solution:
    """It becomes the vendor's own draft, in the words that the vendor gives it, or is handed in at once.

    :raises IllegalTransition: it was answered, taken back or ended a moment ago.
    :raises ValidationError: it is not for this organisation, or says too little to be handed in.
    """
    organisation = standing(organisation)
    if not by.is_member_of(organisation.pk) or nomination.vendor_id not in (None, organisation.pk):
        raise ValidationError({"organisation": _("Confirm for the organisation that was nominated.")})
    if organisation.pk == nomination.nominator_id:
        raise ValidationError(
            {"organisation": _("Nobody nominates their own organisation: offer the solution yourself.")}
        )
    said = {"vendor": organisation, "vendor_name": str(organisation.name), **FORGOTTEN}
    entry = NOMINATIONS["confirm"].apply(nomination, by=by, **said)
    solution = services.create(
        by=by,
        organisation=organisation,
        nominated_by=nomination.nominator,
        is_expression=True,
        **{name: texts[name] for name in TEXTS if name in texts},
    )
    Nomination.objects.filter(pk=nomination.pk).update(solution=solution)
    if hands_in:
        services.submit(solution, by=by)
    _tell_nominator(nomination, entry, "nomination_confirmed")
    return solution


@transaction.atomic
def decline(nomination: Nomination, *, by: User | None, reason: str) -> None:
    """The vendor says no; who opened the mailed link need not sign in for it (`by` is None).

    :raises IllegalTransition: it was answered, taken back or ended a moment ago.
    :raises ReasonRequired: the nominator reads why.
    """
    entry = NOMINATIONS["decline"].apply(nomination, by=by, reason=reason, **FORGOTTEN)
    Nomination.objects.filter(pk=nomination.pk).update(reason=entry.reason)
    _tell_nominator(nomination, entry, "nomination_declined")


@transaction.atomic
def take_back(nomination: Nomination, *, by: User) -> None:
    """
    :raises IllegalTransition: it was answered or ended a moment ago.
    """
    NOMINATIONS["take_back"].apply(nomination, by=by, **FORGOTTEN)


def expire_lapsed() -> int:
    """End those that no vendor answered in time; returns how many."""
    ended = 0
    for nomination in Nomination.objects.lapsed().select_related("nominator").order_by("pk"):
        try:
            expire(nomination)
        except IllegalTransition:
            continue  # answered just now
        ended += 1
    return ended


@transaction.atomic
def expire(nomination: Nomination) -> None:
    """:raises IllegalTransition: it was answered just now."""
    entry = NOMINATIONS["expire"].apply(nomination, by=None, **FORGOTTEN)
    _tell_nominator(nomination, entry, "nomination_expired")


def waiting(ahead: int) -> list[Deadline]:
    """Nominations that end within so many days without the vendor's answer."""
    now = today()
    rows = Nomination.objects.waiting().filter(expires_on__range=(now, now + timedelta(days=ahead)))
    rows = rows.select_related("nominator", "vendor").order_by("expires_on", "pk")
    return [Deadline(one, one.expires_on, day_of(one.created_at)) for one in rows]


def remind_vendor(deadline: Deadline, entry: Entry, left: int) -> None:
    nomination = deadline.thing
    if nomination.vendor_id:
        _tell_vendor(nomination, entry, "nomination_due", left)
    else:
        nomination_mail.send(nomination, "nomination_reminder")


def _tell_vendor(nomination: Nomination, entry: Entry, template: str, left: int) -> None:
    said = {"organisation": bilingual(nomination.nominator, "name"), "left": left}
    people = party(nomination.vendor_id or 0)
    notify(people, entry, f"solutions/mail/{template}", thing=nomination, why=DUTY, **said)


def _tell_nominator(nomination: Nomination, entry: Entry, template: str) -> None:
    people = party(nomination.nominator_id)
    vendor = nomination.vendor
    said = {"vendor": bilingual(vendor, "name") if vendor else nomination.vendor_name}
    notify(people, entry, f"solutions/mail/{template}", thing=nomination, why=PARTY, **said)
