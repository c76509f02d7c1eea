import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from notifications.mails import mail
from notifications.models import Delivery, Follow, Notification, Preference
from topics.models import Topic

logger = logging.getLogger(__name__)


def due(limit: int) -> list[int]:
    """Which mails wait, requests to act first, then the oldest."""
    rows = Notification.objects.due().annotate(
        urgency=models.Case(models.When(why="duty", then=0), default=1, output_field=models.IntegerField())
    )
    return list(rows.order_by("urgency", "not_before", "pk").values_list("pk", flat=True)[:limit])


def deliver(notification_id: int) -> bool:
    """Send one mail if it is still to be sent; says whether the mail server took it.

    The claim is committed before the mail server hears of it, and the answer after. A crash in between sends
    the same Message-ID once more when the lease is over; it never loses a mail.
    """
    if not Notification.objects.claim(notification_id):
        return False
    notification = Notification.objects.select_related("recipient").get(pk=notification_id)
    if not notification.recipient.is_active:
        return _close(notification, accepted=False, answer="the account is closed")
    try:
        mail(notification).send()
    except (OSError, smtplib.SMTPException) as error:
        return _postpone(notification, error)
    except Exception as error:  # a notice that cannot be rendered must not stop the others
        logger.exception("Notification %s cannot be rendered", notification_id)
        return _postpone(notification, error)
    return _close(notification, accepted=True)


@transaction.atomic
def _close(notification: Notification, *, accepted: bool, answer: str = "") -> bool:
    Delivery.objects.create(notification=notification, accepted=accepted, answer=answer)
    Notification.objects.filter(pk=notification.pk).update(sent_at=timezone.now(), last_error=answer)
    return accepted


@transaction.atomic
def _postpone(notification: Notification, error: Exception) -> bool:
    """Try again after 1, 2, 4 … minutes; `attempts` was counted by the claim."""
    answer = f"{type(error).__name__}: {error}"[:300]
    Delivery.objects.create(notification=notification, accepted=False, answer=answer)
    wait = timedelta(minutes=2 ** min(notification.attempts - 1, 8))
    Notification.objects.filter(pk=notification.pk).update(
        claimed_at=None, not_before=timezone.now() + wait, last_error=answer
    )
    return False


def follow(user: User, thing: Any) -> Follow:
    """Hear of a thing or a topic from now on; following twice is following once."""
    if isinstance(thing, Topic):
        return Follow.objects.get_or_create(user=user, topic=thing)[0]
    return Follow.objects.get_or_create(user=user, noun=thing._meta.label_lower, object_id=thing.pk)[0]


def unfollow(user: User, follow_id: int) -> None:
    Follow.objects.filter(user=user, pk=follow_id).delete()


def silence(user_id: int, why: str) -> None:
    """No more mails of this kind; the inbox goes on."""
    field = "mail_follows" if why == "follow" else "mail_parties"
    Preference.objects.update_or_create(user_id=user_id, defaults={field: False})


def mark_read(user: User, notification_id: int | None = None) -> None:
    """One notice of the inbox, or all."""
    rows = Notification.objects.inbox(user).unread()
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
    rows.update(read_at=timezone.now())
