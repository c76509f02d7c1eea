from celery import shared_task

from solutions import services


@shared_task
def expire_due() -> None:
    """End the listings whose time is over."""
    services.expire_lapsed()
