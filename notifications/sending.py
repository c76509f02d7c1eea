"""From the outbox to the mail server: claimed, sent, marked; the same for one notice and for a digest."""

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from journal.workflow import record
from notifications import budget
from notifications.bounces.services import SUPPRESSED, free
from notifications.mails import digest_mail, mail
from notifications.models import Delivery, Digest, Notification
from notifications.waking import wake

logger = logging.getLogger(__name__)
Mailing = Notification | Digest
MODELS: dict[str, Any] = {"notification": Notification, "digest": Digest}
LONGEST = timedelta(hours=4)  # between two attempts


def due(limit: int) -> list[tuple[str, int]]:
    """Which mails wait: those that cannot wait first, then the oldest, then digests."""
    notices = Notification.objects.due().order_by("-is_urgent", "not_before", "pk")
    digests = Digest.objects.due().order_by("not_before", "pk")
    found = [("notification", pk) for pk in notices.values_list("pk", flat=True)[:limit]]
    return found + [("digest", pk) for pk in digests.values_list("pk", flat=True)[: limit - len(found)]]


def gather(limit: int) -> int:
    """Make one mail of all the notices of a person whose time has come; returns how many mails."""
    ripe = Notification.objects.ripe()
    readers = ripe.values("recipient", "visitor").annotate(due_at=Max("not_before")).order_by("due_at")
    rows = list(readers.values_list("recipient", "visitor", "due_at")[:limit])
    return sum(
        _gather_of({"recipient_id": recipient, "visitor_id": visitor}, due_at)
        for recipient, visitor, due_at in rows
    )


def _gather_of(reader: dict[str, Any], due_at: datetime) -> bool:
    """One mail of what one reader waits for, unless another worker has just made it.

    The words of a digest that was tried stay what they were: a notice that was committed late, for the same
    time, goes with another.
    """
    with transaction.atomic():
        waiting = Notification.objects.ripe().filter(**reader).select_for_update()
        if not (found := list(waiting.values_list("pk", flat=True))):
            return False
        digests = Digest.objects.select_for_update()
        digest, _made = digests.get_or_create(**reader, due_at=due_at)
        if digest.attempts:
            digest = Digest.objects.create(**reader, due_at=timezone.now())
        Notification.objects.filter(pk__in=found).update(digest=digest)
    return True


def deliver(kind: str, pk: int) -> bool:
    """Send one mail if it is still to be sent; says whether the mail server took it.

    The claim is committed before the mail server hears of it, and the answer after. A crash in between sends
    the same Message-ID once more when the lease is over; it never loses a mail.
    """
    rows = MODELS[kind].objects
    if not rows.claim(pk):
        return False
    mailing = rows.select_related("recipient", "visitor").get(pk=pk)
    if not mailing.reader.is_active:
        return _close(mailing, accepted=False, answer="the account is closed")
    if not free([mailing.reader.email]):
        return _close(mailing, accepted=False, answer=SUPPRESSED)
    if mailing.released_at is None and budget.is_spent(mailing.reader):
        return _hold(mailing)
    try:
        message = drawn(mailing)
        if message is None:
            return _close(mailing, accepted=False, answer="read in the portal")
        if not message.send():  # suppressed a moment ago
            return _close(mailing, accepted=False, answer=SUPPRESSED)
    except smtplib.SMTPRecipientsRefused as error:
        if free([mailing.reader.email]):
            return _postpone(mailing, error)
        return _close(mailing, accepted=False, answer=SUPPRESSED, said=str(error))
    except (OSError, smtplib.SMTPException) as error:
        return _postpone(mailing, error)
    except Exception as error:  # a notice that cannot be rendered must not stop the others
        logger.exception("%s %s cannot be rendered", kind, pk)
        return _postpone(mailing, error)
    return _close(mailing, accepted=True)


def drawn(mailing: Mailing) -> EmailMultiAlternatives | None:
    """The mail; None for a digest of what its reader has read in the portal meanwhile."""
    if isinstance(mailing, Notification):
        return mail(mailing)
    notices = list(mailing.notices.unread_in_portal().order_by("why", "created_at", "pk"))
    for notice in notices:
        notice.recipient, notice.visitor = mailing.recipient, mailing.visitor  # already here
    return digest_mail(mailing, notices) if notices else None


@transaction.atomic
def send_again(mailing: Mailing, *, by: User) -> None:
    """Whatever it was stopped by, it starts anew, under its own Message-ID; who let it go is recorded.

    It passes the budget, since a person has looked.
    """
    type(mailing).objects.filter(pk=mailing.pk, sent_at__isnull=True).update(
        attempts=0, claimed_at=None, held_at=None, released_at=timezone.now(), not_before=timezone.now()
    )
    record(mailing, "release", by=by)
    wake()


def _hold(mailing: Mailing) -> bool:
    type(mailing).objects.filter(pk=mailing.pk).update(
        held_at=timezone.now(), claimed_at=None, attempts=F("attempts") - 1
    )
    budget.tell_office(mailing.reader)
    return False


@transaction.atomic
def _close(mailing: Mailing, *, accepted: bool, answer: str = "", said: str = "") -> bool:
    """`answer` is why it was not sent; `said` what the mail server said, where that is more."""
    now = timezone.now()
    _told(mailing, accepted, (said or answer)[:300])
    type(mailing).objects.filter(pk=mailing.pk).update(sent_at=now, last_error=answer)
    if isinstance(mailing, Digest):
        mailing.notices.update(sent_at=now)
    return accepted


@transaction.atomic
def _postpone(mailing: Mailing, error: Exception) -> bool:
    """Try again after 1, 2, 4 … minutes; `attempts` was counted by the claim."""
    answer = f"{type(error).__name__}: {error}"[:300]
    _told(mailing, False, answer)
    wait = min(timedelta(minutes=2 ** (mailing.attempts - 1)), LONGEST)
    type(mailing).objects.filter(pk=mailing.pk).update(
        claimed_at=None, not_before=timezone.now() + wait, last_error=answer
    )
    return False


def _told(mailing: Mailing, accepted: bool, answer: str) -> None:
    kind = "digest" if isinstance(mailing, Digest) else "notification"
    Delivery.objects.create(**{kind: mailing}, accepted=accepted, answer=answer)
