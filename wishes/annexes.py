"""What only vendors may read who accepted the terms for it: writing it, and accepting them."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify, party
from wishes.models import Annex, AnnexAcceptance, Wish

TEXTS = ("text_en", "text_zh", "terms_en", "terms_zh")
TERMS = ("terms_en", "terms_zh")


@transaction.atomic
def write(wish: Wish, *, by: User, **texts: str) -> Annex:
    """Make it, or change it; other terms than before end every acceptance, and its vendors are told.

    :raises ValidationError: it has no terms.
    """
    texts = {name: texts.get(name, "") for name in TEXTS}
    if not any(texts[name].strip() for name in TERMS):
        raise ValidationError(
            {"terms_en": _("Say on which terms vendors may read it, in English or Chinese.")}
        )
    Annex.objects.get_or_create(
        wish=wish, defaults={"terms_en": texts["terms_en"], "terms_zh": texts["terms_zh"]}
    )
    annex = Annex.objects.select_for_update(of=("self",)).select_related("wish").get(wish=wish)
    changed = sorted(name for name in TEXTS if getattr(annex, name) != texts[name])
    accepted = list(annex.acceptances.in_force().values_list("organisation", flat=True))
    are_new = any(name in changed for name in TERMS)
    for name in TEXTS:
        setattr(annex, name, texts[name])
    annex.version += are_new
    annex.updated_at = timezone.now()
    annex.save()
    details = {"fields": changed, "version": annex.version, "terms": fingerprint(annex)}
    entry = record(wish, "write_annex", by=by, details=details)
    if are_new:
        _tell_vendors(annex, accepted, entry)
    return annex


@transaction.atomic
def accept(annex: Annex, *, by: User, organisation: Organisation, version: int) -> AnnexAcceptance:
    """An organisation's approver says yes to the terms of that version, once; all its people may read then.

    :raises IllegalTransition: the terms are others by now, or the wish takes no proposals.
    :raises ValidationError: the person does not speak for a vendor.
    """
    held = Annex.objects.select_for_update(of=("self",)).select_related("wish").get(pk=annex.pk)
    if held.version != version:
        raise IllegalTransition(_("The terms have changed since you read them. Read them again."))
    if not held.wish.is_open_to_offers:
        raise IllegalTransition(_("This wish takes no proposals now, so nobody needs its annex."))
    if not organisation.is_vendor or not by.is_approver_of(organisation.pk):
        raise ValidationError(_("An approver of a vendor accepts the terms."))
    accepted, is_new = AnnexAcceptance.objects.get_or_create(
        annex=held, organisation=organisation, version=version, defaults={"person": by}
    )
    if is_new:
        details: dict[str, Any] = {
            "organisation": organisation.pk,
            "name": organisation.name_en or organisation.name_zh,
            "version": version,
            "terms": fingerprint(held),
        }
        record(held.wish, "accept_annex", by=by, details=details)
    return accepted


def fingerprint(annex: Annex) -> str:
    """Which words were accepted: the journal keeps it when the terms have long been others."""
    return hashlib.sha256("\x00".join((annex.terms_en, annex.terms_zh)).encode()).hexdigest()


def vendors_of(user: Any) -> list[Organisation]:
    """For which this person may accept terms."""
    if not user.is_authenticated:
        return []
    spoken = [pk for pk in user.membership_roles if user.is_approver_of(pk)]
    return list(Organisation.objects.vendors().filter(pk__in=spoken).order_by("pk"))


def _tell_vendors(annex: Annex, organisations: list[int], entry: Entry) -> None:
    for pk in organisations:
        notify(party(pk, approvers_only=True), entry, "wishes/mail/annex_terms", thing=annex.wish, why=DUTY)
