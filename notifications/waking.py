"""A word to the worker that something waits in the outbox."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
SWEEP = "notifications.tasks.sweep"  # by name: what it does needs what wakes it
WEBHOOKS = "notifications.tasks.sweep_webhooks"


def wake(task: str = SWEEP) -> None:
    """Ask for a sweep once the transaction stands; without a queue the next sweep by the clock does it."""
    transaction.on_commit(lambda: ask(task), robust=True)


def ask(task: str = SWEEP) -> None:
    """At once, whatever is committed."""
    try:
        current_app.send_task(task, retry=False)
    except OperationalError:
        logger.warning("The queue does not answer; what is due waits for the next sweep.")
