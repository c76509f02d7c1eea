import logging

from celery import shared_task

from journal.workflow import IllegalTransition
from wishes import calls, services
from wishes.models import Wish

log = logging.getLogger(__name__)


@shared_task
def expire_due() -> int:
    """Close every open wish whose last day has passed; returns how many. Two runs at once close each once."""
    expired = 0
    for wish in Wish.objects.expiring().order_by("pk").iterator(chunk_size=200):
        try:
            services.expire(wish, by=None)
        except IllegalTransition:
            log.info("%s was moved by someone else before it expired", wish.reference)
        else:
            expired += 1
    return expired


@shared_task
def keep_dates_of_calls() -> int:
    """Open the calls whose first day has come and close those whose last has passed; returns how many."""
    return calls.keep_dates()
