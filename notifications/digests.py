"""One mail for each reader about what was done to many things in one go."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from notifications.tasks import wake

HELD = timedelta(minutes=10)  # a mail whose action was cut off goes then, with what had been done
EMAIL = Notification.Channel.EMAIL
STRONGEST = ("duty", "party", "follow")


def add(entry_id: int, people: Collection[int], item: dict[str, Any], why: str) -> set[int]:
    """Put a notice into each reader's mail about this action; returns whose mail takes it.

    It is written in the transaction of what it tells. A mail that is on its way takes nothing more.
    """
    held = Notification.objects.filter(entry_id=entry_id, channel=EMAIL, recipient__in=people)
    begun = {row.recipient_id: row for row in held.select_for_update().order_by("pk")}
    open_ones = [row for row in begun.values() if row.sent_at is None and row.claimed_at is None]
    for row in open_ones:
        row.context = {"items": [*row.context["items"], item]}
        row.url = reverse("notices:inbox")
        row.why = min(row.why, why, key=STRONGEST.index)
    Notification.objects.bulk_update(open_ones, ["context", "url", "why"], batch_size=500)
    fresh = [_begin(entry_id, pk, item, why) for pk in people if pk not in begun]
    Notification.objects.bulk_create(fresh, batch_size=1000)
    return {row.recipient_id for row in (*open_ones, *fresh)}


def _begin(entry_id: int, recipient_id: int, item: dict[str, Any], why: str) -> Notification:
    return Notification(
        entry_id=entry_id,
        recipient_id=recipient_id,
        channel=EMAIL,
        template="notifications/mail/together",
        context={"items": [item]},
        url=item["url"],
        why=why,
        not_before=timezone.now() + HELD,
    )


def release(entry_id: int) -> None:
    """All is done: the mails about it may go."""
    rows = Notification.objects.filter(entry_id=entry_id, channel=EMAIL, sent_at=None)
    rows.update(not_before=timezone.now())
    wake()
