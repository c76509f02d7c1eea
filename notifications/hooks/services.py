"""What people do with endpoints; each verb is in the journal."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry
from journal.workflow import record
from notifications.hooks import payload, signing
from notifications.hooks.events import PING, event_of
from notifications.models import Webhook, WebhookMessage
from notifications.waking import WEBHOOKS, wake

OVERLAP = timedelta(hours=24)  # in which both secrets sign
AT_MOST = 20  # endpoints of one organisation, and of the portal
AT_ONCE = 2000  # messages of one replay
ADDING = 0x1AA7_0040  # advisory lock: one new endpoint of the portal's own at a time


def tell(entry: Entry, thing: Any) -> int:
    """Write what each endpoint that chose it is to be told of an entry; returns how many are.

    One that has stopped for failing keeps what it misses, for a replay.
    """
    event = event_of(entry, thing)
    if event is None:
        return 0
    rows = Webhook.objects.filter(events__contains=[event.code]).exclude(stopped_for=Webhook.Stopped.HAND)
    if event.parties_only:
        rows = rows.filter(organisation__in=[pk for pk in thing.parties.values() if pk])
    found = list(rows.values_list("pk", "stopped_at"))
    if not found:
        return 0
    body = payload.body_of(event, entry, thing)
    said: dict[str, Any] = {"entry_id": entry.pk, "event": event.code, "body": body}
    messages = [WebhookMessage(webhook_id=pk, given_up_at=stopped, **said) for pk, stopped in found]
    WebhookMessage.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    wake(WEBHOOKS)
    return len(found)


@transaction.atomic
def create(
    organisation: Organisation | None, *, by: User, url: str, events: Iterable[str], note: str = ""
) -> tuple[Webhook, str]:
    """A new endpoint, and its secret: this is the only time that it can be read.

    :raises ValidationError: there are as many as there may be.
    """
    _alone(organisation)
    if Webhook.objects.filter(organisation=organisation).count() >= AT_MOST:
        raise ValidationError(_("There are as many webhooks as there may be. Remove one first."))
    secret = signing.new_secret()
    webhook = Webhook.objects.create(
        organisation=organisation,
        created_by=by,
        url=url,
        note=note,
        events=list(events),
        sealed=signing.seal(secret),
    )
    record(webhook, "create", by=by, details={"events": webhook.events})
    return webhook, secret


def _alone(organisation: Organisation | None) -> None:
    """Until the transaction ends nobody else adds one of this owner's; the portal has no row to lock."""
    if organisation is not None:
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDING])


@transaction.atomic
def edit(webhook: Webhook, *, by: User) -> None:
    """Save what a form has changed; a new address begins without the failures of the old one."""
    webhook.failing_since = webhook.waits_until = None
    webhook.save()
    record(webhook, "edit", by=by, details={"events": webhook.events})


@transaction.atomic
def rotate(webhook: Webhook, *, by: User) -> str:
    """A new secret; the one before signs, too, until the overlap is over."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = signing.new_secret()
    Webhook.objects.filter(pk=held.pk).update(
        sealed=signing.seal(secret), sealed_before=held.sealed, before_until=timezone.now() + OVERLAP
    )
    record(webhook, "rotate", by=by)
    return secret


@transaction.atomic
def stop(webhook: Webhook, *, by: User | None, why: str = Webhook.Stopped.HAND) -> Entry | None:
    """Call it no more; what waits is given up, and can be replayed. Nothing if it has stopped already."""
    now = timezone.now()
    rows = Webhook.objects.filter(pk=webhook.pk, stopped_at__isnull=True)
    if not rows.update(stopped_at=now, stopped_for=why):
        return None
    waiting = webhook.messages.filter(done_at__isnull=True, given_up_at__isnull=True)
    waiting.update(given_up_at=now, claimed_at=None)
    return record(webhook, "stop", by=by, details={"why": str(why)})


@transaction.atomic
def start(webhook: Webhook, *, by: User) -> bool:
    """Call it again, from now on; says whether it had stopped."""
    rows = Webhook.objects.filter(pk=webhook.pk, stopped_at__isnull=False)
    fresh = {"stopped_at": None, "stopped_for": "", "failing_since": None, "waits_until": None}
    if not rows.update(**fresh):
        return False
    record(webhook, "start", by=by)
    return True


@transaction.atomic
def remove(webhook: Webhook, *, by: User) -> None:
    """With its log; that there was one stays in the journal."""
    record(webhook, "remove", by=by)
    webhook.delete()


def ping(webhook: Webhook) -> WebhookMessage:
    """A message of no entry, which goes out at once also to an endpoint that is paused."""
    Webhook.objects.filter(pk=webhook.pk).update(waits_until=None)
    message = WebhookMessage.objects.create(webhook=webhook, event=PING, body=payload.ping(timezone.now()))
    wake(WEBHOOKS)
    return message


@transaction.atomic
def replay(rows: QuerySet[WebhookMessage], webhook: Webhook, *, by: User) -> int:
    """Send messages of an endpoint again, under their own ids, so that it can tell what it had; how many."""
    chosen = rows.filter(webhook=webhook).order_by("pk").values("pk")[:AT_ONCE]
    count = WebhookMessage.objects.filter(pk__in=list(chosen.values_list("pk", flat=True))).update(
        attempts=0, next_at=timezone.now(), claimed_at=None, done_at=None, given_up_at=None
    )
    if count:
        Webhook.objects.filter(pk=webhook.pk).update(waits_until=None)
        record(webhook, "replay", by=by, details={"count": count})
        wake(WEBHOOKS)
    return count


def within(
    webhook: Webhook, since: datetime, until: datetime, *, failed_only: bool
) -> QuerySet[WebhookMessage]:
    rows = WebhookMessage.objects.filter(webhook=webhook, created_at__gte=since, created_at__lte=until)
    return rows.filter(Q(done_at__isnull=True)) if failed_only else rows
