"""The mail to a vendor that is not on the portal: a link that only shows, and how often one may be sent."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.letters.drawing import Draft, draws, part
from notifications.letters.services import post
from notifications.models import Letter
from solutions.models import Nomination, StoppedAddress
from solutions.models.nominations import LASTS, digest_of

SALT = "nomination"
MAILS = 3  # to one address within the days that a nomination waits
LANGUAGES = ("en", "zh-hant")  # in which nobody knows what a stranger reads


def may_write_to(address: str) -> None:
    """
    :raises ValidationError: it said stop, or had enough of such mails.
    """
    if is_stopped(digest_of(address)):
        raise ValidationError(
            {"contact_email": _("Who has this address wants no such mails. Ask the vendor in another way.")}
        )
    if is_spent(digest_of(address)):
        raise ValidationError(
            {"contact_email": _("Enough mails went to this address this month. Wait for the answers.")}
        )


def is_stopped(digest: str) -> bool:
    return StoppedAddress.objects.filter(digest=digest).exists()


def is_spent(digest: str) -> bool:
    since = timezone.now() - timedelta(days=LASTS.days)
    rows = Nomination.objects.filter(contact_digest=digest, created_at__gt=since)
    return (rows.aggregate(sent=Sum("mails"))["sent"] or 0) >= MAILS


def stop(nomination: Nomination) -> None:
    """No nomination is mailed to this address any more."""
    if nomination.contact_digest:
        StoppedAddress.objects.get_or_create(digest=nomination.contact_digest)


def token_of(nomination: Nomination) -> str:
    return signing.dumps([nomination.pk, nomination.nonce], salt=SALT)


def by_token(token: str) -> Nomination | None:
    """None if the link was forged, or what it led to has been answered or has ended."""
    try:
        pk, nonce = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Nomination.objects.waiting().filter(pk=pk, nonce=nonce)
    return rows.select_related("nominator", "vendor").first()


def send(nomination: Nomination, template: str) -> bool:
    """Into the outbox; False where nobody may be written to."""
    digest = nomination.contact_digest
    if not nomination.contact_email or is_stopped(digest) or is_spent(digest):
        return False
    Nomination.objects.filter(pk=nomination.pk).update(mails=F("mails") + 1)
    good_for = timedelta(days=max(0, (nomination.expires_on - timezone.localdate()).days + 1))
    post("nomination", nomination.contact_email, good_for=good_for, about=nomination.pk, template=template)
    return True


@draws("nomination")
def drawn(letter: Letter) -> Draft | None:
    """In both languages, unless it was answered, or its reader said stop, since it was written down."""
    rows = Nomination.objects.waiting().exclude(contact_email="").select_related("nominator")
    nomination = rows.filter(pk=letter.object_id or 0).first()
    if nomination is None or is_stopped(nomination.contact_digest):
        return None
    template = f"solutions/mail/{letter.details['template']}"
    parts = [part(template, language, _said(nomination, language)) for language in LANGUAGES]
    return Draft(nomination.contact_email, parts, why="nomination")


def _said(nomination: Nomination, language: str) -> dict[str, Any]:
    with override(language):
        return {
            "organisation": str(nomination.nominator.name),
            "vendor": nomination.vendor_name,
            "thing_title": str(nomination.title),
            "name": nomination.contact_name,
            "left": max(0, (nomination.expires_on - timezone.localdate()).days),
            "link": settings.SITE_URL + reverse("solutions:nominated", args=[token_of(nomination)]),
        }
