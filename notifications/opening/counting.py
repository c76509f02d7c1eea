"""Whether a mail was opened: asked only of who lets us count, and forgotten with their consent (ADR 0072)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Count, F, Func
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from notifications.models import Digest, Notification, Opening, Preference
from notifications.models.openings import KEPT


def picture_of(mailing: Notification | Digest, templates: Sequence[str]) -> str:
    """Address of the picture for this mail; nothing for who has not consented, and for visitors.

    The consent is locked while its row is written: who withdraws it at this moment deletes that row, too.
    """
    person = mailing.recipient
    if person is None or not _consents(person):
        return ""
    with transaction.atomic():
        rows = Preference.objects.select_for_update().filter(user=person, counts_opened=True)
        if not rows.exists():
            return ""
        told: dict[str, Any] = {"user": person, "templates": sorted(set(templates))}
        row, _new = Opening.objects.get_or_create(message_id=mailing.message_id, defaults=told)
    with translation.override(person.language):
        return settings.SITE_URL + reverse("notices:opened", args=[row.token])


def _consents(person: User) -> bool:
    """Of what came with the mail."""
    try:
        return bool(person.mail_preference.counts_opened)  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return False


def was_not_sent(mailing: Any) -> None:
    Opening.objects.filter(message_id=mailing.message_id).delete()


def withdraw(user: User) -> int:
    """Forget what was counted about them, and what would be; returns of how many mails."""
    return Opening.objects.filter(user=user).delete()[0]


def forget() -> int:
    return Opening.objects.filter(sent_on__lt=timezone.localdate() - KEPT).delete()[0]


def counted(since: date) -> dict[str, tuple[int, int]]:
    """By template: mails to people who let us count, and how many of these were opened. One query."""
    rows = Opening.objects.filter(sent_on__gte=since).annotate(
        template=Func(F("templates"), function="unnest")
    )
    found = rows.order_by().values_list("template").annotate(mails=Count("pk"), opened=Count("opened_on"))
    return {template: (mails, opened) for template, mails, opened in found}
