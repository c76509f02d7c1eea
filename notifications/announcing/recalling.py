"""Taking back an announcement that went while some of its mails still wait, as in tomorrow's digests.

What a mail server took cannot be fetched back: how many that were is counted, and those people are told.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from notifications.models import Announcement, Digest, Fanout, Notification
from notifications.outbox import ANNOUNCEMENT, bilingual, notify
from notifications.workflow import ANNOUNCEMENTS

RECALLED = "recalled by the portal office"  # what the outbox says of a mail that was stopped


class NothingWaits(Exception):
    """Every mail of it has gone."""


@dataclass(frozen=True)
class Recalled:
    """What a recall reached. `going`: a mail server was tried, and may have taken it."""

    stopped: int = 0  # mails
    mailed: int = 0
    going: int = 0
    untold: int = 0  # people to whom nothing was written yet
    told: int = 0  # who had it, by mail or in the inbox, and hear that it is taken back


@transaction.atomic
def recall(announcement: Announcement, *, by: User, reason: str) -> Recalled:
    """Stop what still waits, take the unread notices out of inboxes, and tell those who have it already.

    :raises NothingWaits: every mail of it has gone.
    :raises IllegalTransition: it has not gone yet, or was recalled before.
    :raises ReasonRequired: none is given.
    """
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    number = row.entry_id or 0
    untold, stopped = _stop_writing(number), _stop_mails(number)
    rows = Notification.objects.filter(entry_id=number)
    mails = rows.filter(channel="email")
    mailed, going = mails.filter(sent_at__isnull=False, last_error=""), mails.filter(sent_at=None)
    has_it = rows.filter(
        Q(pk__in=mailed.values("pk"))
        | Q(pk__in=going.values("pk"))
        | Q(channel="inbox", read_at__isnull=False)
    )
    people = User.objects.filter(pk__in=has_it.values("recipient"), is_active=True)
    found = Recalled(len(stopped), mailed.count(), going.count(), untold, people.count())
    entry = ANNOUNCEMENTS["recall"].apply(row, by=by, reason=reason, details=asdict(found))
    if not found.stopped and not untold:
        raise NothingWaits
    unread = rows.filter(channel="inbox", read_at=None)
    unread.exclude(recipient__in=people.values("pk")).delete()
    said = {"subject": bilingual(row, "subject")}
    notify(people, entry, "notifications/mail/announcement_recalled", thing=row, why=ANNOUNCEMENT, **said)
    return found


def _stop_writing(entry_id: int) -> int:
    """Of people whose rows a worker has not written yet; it finds its work done. Returns how many."""
    rows = Fanout.objects.select_for_update().filter(entry_id=entry_id, done_at=None).order_by("pk")
    found = list(rows)
    Fanout.objects.filter(pk__in=[one.pk for one in found]).update(done_at=timezone.now())
    return sum(one.left for one in found)


def _stop_mails(entry_id: int) -> list[int]:
    """The mails that nobody has begun to send: single ones, and those in digests or still for one.

    In this order: what a worker gathers meanwhile is in a digest once its rows can be locked here, and a
    digest that another worker claims is tried by the time that its row can.
    """
    waiting = Notification.objects.filter(entry_id=entry_id, channel="email", sent_at=None)
    found = _locked(waiting.filter(digest=None, attempts=0))
    digests = Digest.objects.select_for_update().filter(
        pk__in=waiting.exclude(digest=None).values("digest"), sent_at=None, attempts=0
    )
    free = list(digests.order_by("pk").values_list("pk", flat=True))
    found += _locked(waiting.filter(digest__in=free))
    Notification.objects.filter(pk__in=found).update(sent_at=timezone.now(), last_error=RECALLED)
    return found


def _locked(rows: Any) -> list[int]:
    return list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def left(announcement: Announcement) -> int:
    """How many people a recall could still spare the mail; 0 where there is nothing to recall."""
    if announcement.status != Announcement.Status.SENT:
        return 0
    number = announcement.entry_id or 0
    mails = Notification.objects.filter(entry_id=number, channel="email", sent_at=None)
    waiting = mails.filter(Q(digest=None, attempts=0) | Q(digest__attempts=0)).count()
    unwritten = Fanout.objects.filter(entry_id=number, done_at=None)
    return waiting + sum(one.left for one in unwritten)
