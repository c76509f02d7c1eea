"""Messages to endpoints: claimed, called, marked; as with mails, a sweep is the only retry."""

import random
from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from notifications.hooks import signing
from notifications.hooks.calling import Answer, call
from notifications.hooks.services import stop
from notifications.models import Webhook, WebhookAttempt, WebhookMessage
from notifications.outbox import DUTY, notify, party

# Between attempts: 75 hours in all. What is random keeps a thousand endpoints from calling at once again.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
PAUSE = timedelta(minutes=1)  # for all that waits for an endpoint, after one failure
FAILING = timedelta(days=3)  # without one good answer, and a message given up: it is stopped
GONE = 410
BATCH = 50  # messages of one endpoint in one go
KEPT = timedelta(days=30)
UNREADABLE = "The portal cannot read this endpoint's secret any more: make a new one."
SHAKEN = random.SystemRandom()


def waiting() -> list[int]:
    """Endpoints for which something is due."""
    return sorted(set(WebhookMessage.objects.due().order_by().values_list("webhook", flat=True)))


def deliver_to(webhook_id: int) -> int:
    """Call an endpoint with what is due, oldest first, until one fails; returns how many it took."""
    rows = WebhookMessage.objects.due().filter(webhook=webhook_id).order_by("next_at", "pk")
    count = 0
    for pk in list(rows.values_list("pk", flat=True)[:BATCH]):
        taken = deliver(pk)
        if taken is False:
            break
        count += bool(taken)
    return count


def deliver(pk: int) -> bool | None:
    """One call, if it is still to be made; whether the endpoint took it, None if there was nothing to do.

    The claim is committed before the endpoint hears of it, and its answer after: a crash in between repeats
    the call under the same id when the lease is over.
    """
    if not WebhookMessage.objects.claim(pk):
        return None
    message = WebhookMessage.objects.select_related("webhook__organisation").get(pk=pk)
    webhook = message.webhook
    headers, answer = _called(webhook, message)
    with transaction.atomic():
        _keep(message, headers, answer)
        return _done(message) if answer.is_good else _failed(message, answer)


def _called(webhook: Webhook, message: WebhookMessage) -> tuple[dict[str, str], Answer]:
    """What was sent and answered; nothing is sent without a signature."""
    try:
        headers = signing.headers(webhook, message.message_id, message.body, timezone.now())
    except InvalidToken:
        return {}, Answer(None, 0, error=UNREADABLE)
    return headers, call(webhook.url, message.body, headers)


def _keep(message: WebhookMessage, headers: dict[str, str], answer: Answer) -> None:
    WebhookAttempt.objects.create(
        message=message,
        milliseconds=answer.milliseconds,
        status=answer.status,
        error=answer.error.replace("\x00", ""),
        request=headers,
        answer=answer.headers,
        text=answer.text,
    )


def _done(message: WebhookMessage) -> bool:
    WebhookMessage.objects.filter(pk=message.pk).update(done_at=timezone.now(), claimed_at=None)
    Webhook.objects.filter(pk=message.webhook_id).update(failing_since=None, waits_until=None)
    return True


def _failed(message: WebhookMessage, answer: Answer) -> bool:
    now, webhook = timezone.now(), message.webhook
    since = webhook.failing_since or now
    Webhook.objects.filter(pk=webhook.pk, failing_since__isnull=True).update(failing_since=now)
    Webhook.objects.filter(pk=webhook.pk).update(waits_until=now + PAUSE)
    changes: dict[str, Any] = {"claimed_at": None}
    is_last = message.attempts > len(WAITS)
    if is_last:
        changes["given_up_at"] = now
    else:
        changes["next_at"] = now + WAITS[message.attempts - 1] * SHAKEN.uniform(1, 1.1)
    WebhookMessage.objects.filter(pk=message.pk).update(**changes)
    if answer.status == GONE:
        _stop(webhook, Webhook.Stopped.GONE)
    elif is_last and now - since >= FAILING:
        _stop(webhook, Webhook.Stopped.FAILING)
    return False


def _stop(webhook: Webhook, why: Webhook.Stopped) -> None:
    """Its owner hears of it."""
    if (entry := stop(webhook, by=None, why=why)) is not None:
        _tell_owner(webhook, entry, why)


def _tell_owner(webhook: Webhook, entry: Entry, why: Webhook.Stopped) -> None:
    people = (
        party(webhook.organisation_id, approvers_only=True)
        if webhook.organisation_id
        else User.objects.filter(is_active=True, is_superuser=True)
    )
    said = {"address": webhook.url, "is_gone": why == Webhook.Stopped.GONE}
    notify(people, entry, "notifications/mail/webhook_stopped", thing=webhook, why=DUTY, **said)


def forget() -> int:
    """Take what is settled and old out of the log; returns how many messages."""
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(done_at__isnull=True, given_up_at__isnull=True).delete()[0]
