from celery import shared_task

from notifications import outbox, sending, visiting
from notifications.announcing import services as announcing
from notifications.hooks import sending as hooks
from notifications.letters import services as letters
from notifications.models import Fanout, Letter
from notifications.opening import counting as openings
from notifications.reach import counting
from notifications.waking import wake

BATCH = 200  # mails that one task sends before it makes room for others


@shared_task
def sweep() -> None:
    """Send what is due. This is the only retry: a lost message costs a sweep's delay, never a mail."""
    announcing.send_due()
    for pk in list(Fanout.objects.due().values_list("pk", flat=True)):
        outbox.expand(pk)
    sending.gather(BATCH)
    found = sending.due(BATCH)
    for mailing in found:
        sending.deliver(*mailing)
    if len(found) == BATCH:  # there may be more, and the clock is slow
        wake()


@shared_task
def sweep_letters() -> None:
    """Codes and links for which somebody waits, without the notices to thousands before them."""
    for pk in list(Letter.objects.due().order_by("not_before", "pk").values_list("pk", flat=True)[:BATCH]):
        sending.deliver("letter", pk)


@shared_task
def forget_letters() -> None:
    letters.forget()


@shared_task
def sweep_webhooks() -> None:
    """Each endpoint by itself, so that one that is slow holds up no other."""
    for pk in hooks.waiting():
        deliver_webhooks.delay(pk)


@shared_task
def deliver_webhooks(webhook_id: int) -> None:
    hooks.deliver_to(webhook_id)


@shared_task
def forget_webhooks() -> None:
    hooks.forget()


@shared_task
def forget_arrivals() -> None:
    counting.forget()
    openings.forget()


@shared_task
def sweep_visitors() -> None:
    """Addresses that were never confirmed, and those of which nothing is left."""
    visiting.sweep()
