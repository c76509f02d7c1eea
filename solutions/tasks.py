from celery import shared_task

from solutions import nominating, services


@shared_task
def expire_due() -> None:
    """End the listings and the nominations whose time is over."""
    services.expire_lapsed()
    nominating.expire_lapsed()
