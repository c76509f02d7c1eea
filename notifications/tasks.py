import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from notifications import services

logger = logging.getLogger(__name__)
BATCH = 200  # mails that one task sends before it makes room for others


@shared_task
def deliver(notification_id: int) -> None:
    """Send one mail, unless another worker has it or has sent it."""
    services.deliver(notification_id)


@shared_task
def sweep() -> None:
    """Send what is due. This is the only retry: a lost message costs a sweep's delay, never a mail."""
    for notification_id in services.due(BATCH):
        services.deliver(notification_id)


def wake() -> None:
    """Ask for a sweep once the transaction stands; without a queue the next sweep by the clock does it."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        sweep.apply_async(retry=False)
    except OperationalError:
        logger.warning("The queue does not answer; mails wait in the outbox for the next sweep.")
