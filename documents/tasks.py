import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from documents import services
from documents.models import Document

logger = logging.getLogger(__name__)
BATCH = 50


@shared_task
def sweep() -> None:
    """Have every waiting file scanned and copied; the only retry, while a scanner is away."""
    due = Document.objects.due().order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
    for document_id in list(due):
        if not services.further(document_id):
            return


def wake() -> None:
    """Ask for a sweep once the transaction stands; without a queue the next one by the clock does it."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        sweep.apply_async(retry=False)
    except OperationalError:
        logger.warning("The queue does not answer; files wait for the next sweep.")
