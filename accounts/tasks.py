from celery import shared_task

from accounts import alike, joining


@shared_task
def expire_joins() -> int:
    """End the requests to join that nobody answered in two weeks; returns how many."""
    return joining.expire_joins()


@shared_task
def sweep_alike() -> int:
    """Look for organisations that may be one; returns how many pairs are new."""
    return alike.sweep()
