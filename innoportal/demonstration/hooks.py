"""An endpoint that its owner stopped, and a mailbox that is no more: nobody is called or written to."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from notifications.bounces import services as bounces
from notifications.hooks import events, services, signing
from notifications.models import Webhook, WebhookAttempt

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

ADDED = -25  # days
OWNER = "building"
GONE = "slopes"  # its member's mailbox is closed


def ledger(told: "Told") -> None:
    add = partial(
        services.create,
        told.cast.organisations[OWNER],
        by=told.cast.approvers[OWNER],
        url="https://ledger.example.org/innoportal",
        events=[event.code for event in events.EVENTS],
        note="Demonstration: our ledger of new technology",
    )
    told.story.at(ADDED, add)


def settle(told: "Told") -> None:
    """What it was told was taken, but for the last, which found nobody; then its owner stopped it."""
    webhook = Webhook.objects.get(organisation__slug=OWNER)
    rows = list(webhook.messages.order_by("pk"))
    for number, message in enumerate(rows):
        taken = number < len(rows) - 1
        at = message.created_at + timedelta(seconds=1)
        WebhookAttempt.objects.create(
            message=message,
            at=at,
            milliseconds=184 if taken else 15_000,
            status=204 if taken else None,
            error="" if taken else "TimeoutError: no whole answer in time",
            request=signing.headers(webhook, message.message_id, message.body, at),
            answer={"Server": "ledger"} if taken else {},
        )
        webhook.messages.filter(pk=message.pk).update(attempts=1, done_at=at if taken else None)
    services.stop(webhook, by=told.cast.approvers[OWNER])
    gone = told.cast.members[GONE]
    said = "550 5.1.1 No such user here"
    mark = f"{'demonstration':0>64}"
    bounces.heard(gone.email, "hard", "5.1.1", said, number=None, mark=mark)
