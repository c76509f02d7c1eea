"""What became of announcements: a fixed number of queries for a page of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from notifications.models import Announcement, Bounce, Notification, Tally


@dataclass(frozen=True)
class Became:
    """Of the mails of one announcement; those still to be written are in none of these."""

    mailed: int = 0
    waiting: int = 0
    stopped: int = 0  # not mailed after all
    bounced: int = 0
    read: int = 0  # in the inbox
    clicked: int = 0  # came by the link of a mail


def became(rows: Iterable[Announcement]) -> dict[int, Became]:
    """By the announcement's number."""
    entries = {row.entry_id: row.pk for row in rows if row.entry_id}
    mail = Q(channel="email")
    heard = Bounce.objects.exclude(kind=Bounce.Kind.COMPLAINT).filter(message_id__isnull=False)
    came_back = Q(message_id__in=heard.values("message_id")) | Q(
        digest__message_id__in=heard.values("message_id")
    )
    sent = mail & Q(sent_at__isnull=False, last_error="")
    counted: Any = (
        Notification.objects.filter(entry_id__in=entries)
        .order_by()
        .values("entry_id")
        .annotate(
            mailed=Count("pk", filter=sent),
            waiting=Count("pk", filter=mail & Q(sent_at__isnull=True)),
            stopped=Count("pk", filter=mail & Q(sent_at__isnull=False) & ~Q(last_error="")),
            bounced=Count("pk", filter=sent & came_back),
            read=Count("pk", filter=Q(channel="inbox", read_at__isnull=False)),
        )
    )
    clicked = Tally.objects.filter(what=Tally.What.CLICKED, entry_id__in=entries).order_by()
    arrived = dict(clicked.values_list("entry_id").annotate(n=Sum("count")))
    return {
        entries[number]: Became(**one, clicked=arrived.get(number, 0))
        for one in counted
        for number in [one.pop("entry_id")]
    }
