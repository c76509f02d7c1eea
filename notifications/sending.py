"""From the outbox to the mail server: claimed, sent, marked; the same for a notice, a digest and a letter."""

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
from notifications.letters import drawing as letters
from notifications.mails import digest_mail, headers_of, mail
from notifications.models import Delivery, Digest, Letter, Notification
from notifications.opening.counting import picture_of, was_not_sent
from notifications.waking import wake

logger = logging.getLogger(__name__)
Mailing = Notification | Digest | Letter
MODELS: dict[str, Any] = {"letter": Letter, "notification": Notification, "digest": Digest}
UNWANTED = "nobody waits for it any more"
READ = "read in the portal"
LONGEST = timedelta(hours=4)  # between two attempts


def due(limit: int) -> list[tuple[str, int]]:
    """Which mails wait: letters, as a code may be, then what cannot wait, then the oldest, then digests."""
    rows = {
        "letter": Letter.objects.due().order_by("not_before", "pk"),
        "notification": Notification.objects.due().order_by("-is_urgent", "not_before", "pk"),
        "digest": Digest.objects.due().order_by("not_before", "pk"),
    }
    found: list[tuple[str, int]] = []
    for kind, waiting in rows.items():
        if left := limit - len(found):
            found += [(kind, pk) for pk in waiting.values_list("pk", flat=True)[:left]]
    return found


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
    if kind == "letter":
        return _deliver_letter(rows.get(pk=pk))
    mailing = rows.select_related("recipient__mail_preference", "visitor").get(pk=pk)
    if not mailing.reader.is_active:
        return _close(mailing, accepted=False, answer="the account is closed")
    if not free([mailing.reader.email]):
        return _close(mailing, accepted=False, answer=SUPPRESSED)
    if mailing.released_at is None and budget.is_spent(mailing.reader):
        return _hold(mailing)
    if isinstance(mailing, Digest):
        _without_what_was_read(mailing)
    try:
        message = drawn(mailing)
    except Exception as error:  # a notice that cannot be rendered must not stop the others
        logger.exception("%s %s cannot be rendered", kind, pk)
        return _postpone(mailing, error)
    if message is None:
        return _close(mailing, accepted=False, answer=READ)
    return _send(mailing, message, mailing.reader.email)


def _deliver_letter(letter: Letter) -> bool:
    """As a notice; whom it is for is known once it is drawn, and what was asked for knows no budget."""
    if letter.is_over:
        return _close(letter, accepted=False, answer=letters.TOO_LATE)
    try:
        draft = letters.DRAWERS[letter.kind](letter)
        message = (
            letters.message(letter, draft, headers_of(letter.message_id, draft.language)) if draft else None
        )
    except Exception as error:
        logger.exception("%s cannot be rendered", letter)
        return _postpone(letter, error)
    if draft is None or message is None:
        return _close(letter, accepted=False, answer=UNWANTED)
    if not free([draft.address], asked=letter.is_asked_for):
        return _close(letter, accepted=False, answer=SUPPRESSED)
    if letter.released_at is None and not letter.is_asked_for and budget.is_spent_by_letters(letter):
        return _hold(letter)
    return _send(letter, message, draft.address)


def _send(mailing: Mailing, message: EmailMultiAlternatives, address: str) -> bool:
    try:
        if not message.send():  # suppressed a moment ago
            return _close(mailing, accepted=False, answer=SUPPRESSED)
    except smtplib.SMTPRecipientsRefused as error:
        if free([address]):
            return _postpone(mailing, error, address)
        return _close(mailing, accepted=False, answer=SUPPRESSED, said=_without(str(error), mailing, address))
    except (OSError, smtplib.SMTPException) as error:
        return _postpone(mailing, error, address)
    except Exception as error:  # as a header that no mail may have
        logger.exception("%s %s cannot be sent", type(mailing).__name__, mailing.pk)
        return _postpone(mailing, error, address)
    return _close(mailing, accepted=True)


def _without(said: str, mailing: Mailing, address: str) -> str:
    """A mail server's answer names the address, which no letter keeps."""
    return said.replace(address, "…") if isinstance(mailing, Letter) else said


def drawn(mailing: Mailing) -> EmailMultiAlternatives | None:
    """The mail; None for a digest of which nothing is left, see `_without_what_was_read`."""
    if isinstance(mailing, Notification):
        return mail(mailing, picture=picture_of(mailing, [mailing.template]))
    if isinstance(mailing, Letter):
        raise TypeError("A letter is drawn by its kind.")
    notices = list(mailing.notices.filter(sent_at=None).order_by("why", "created_at", "pk"))
    for notice in notices:
        notice.recipient, notice.visitor = mailing.recipient, mailing.visitor  # already here
    if not notices:
        return None
    picture = picture_of(mailing, [notice.template for notice in notices])
    return digest_mail(mailing, notices, picture=picture)


def _without_what_was_read(digest: Digest) -> None:
    """What its reader has read in the portal meanwhile is left out for good, and not counted as sent."""
    waiting = digest.notices.filter(sent_at=None)
    read = waiting.exclude(pk__in=waiting.unread_in_portal().values("pk"))
    read.update(sent_at=timezone.now(), last_error=READ)


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
    if isinstance(mailing, Letter):
        budget.tell_office_of(mailing)
    else:
        budget.tell_office(mailing.reader)
    return False


@transaction.atomic
def _close(mailing: Mailing, *, accepted: bool, answer: str = "", said: str = "") -> bool:
    """`answer` is why it was not sent; `said` what the mail server said, where that is more."""
    now = timezone.now()
    _told(mailing, accepted, (said or answer)[:300])
    if not accepted:
        was_not_sent(mailing)
    erased = {"sealed": ""} if isinstance(mailing, Letter) else {}
    type(mailing).objects.filter(pk=mailing.pk).update(sent_at=now, last_error=answer, **erased)
    if isinstance(mailing, Digest):
        mailing.notices.filter(sent_at=None).update(sent_at=now, last_error=answer)
    return accepted


@transaction.atomic
def _postpone(mailing: Mailing, error: Exception, address: str = "") -> bool:
    """Try again after 1, 2, 4 … minutes; `attempts` was counted by the claim."""
    answer = f"{type(error).__name__}: {error}"
    answer = (_without(answer, mailing, address) if address else answer)[:300]
    _told(mailing, False, answer)
    wait = min(timedelta(minutes=2 ** (mailing.attempts - 1)), LONGEST)
    type(mailing).objects.filter(pk=mailing.pk).update(
        claimed_at=None, not_before=timezone.now() + wait, last_error=answer
    )
    return False


def _told(mailing: Mailing, accepted: bool, answer: str) -> None:
    kind = next(name for name, model in MODELS.items() if isinstance(mailing, model))
    Delivery.objects.create(**{kind: mailing}, accepted=accepted, answer=answer)
