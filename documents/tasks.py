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
    """Have every waiting file scanned; the only retry, while a scanner is away."""
    for document_id in Document.objects.pending().order_by("pk").values_list("pk", flat=True)[:BATCH]:
        services.scan(document_id)


def wake() -> None:
    """Ask for a sweep once the transaction stands; without a queue the next one by the clock does it."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        sweep.apply_async(retry=False)
    except OperationalError:
        logger.warning("The queue does not answer; files wait for the next sweep.")
