from celery import shared_task

from solutions import nominating, refreshing, services


@shared_task
def expire_due() -> None:
    """End the listings and the nominations whose time is over."""
    services.expire_lapsed()
    nominating.expire_lapsed()


@shared_task
def remind_due() -> int:
    """Ask whether what is listed is still current, and for answers to nominations; each mark once."""
    return refreshing.remind_of_refresh() + nominating.remind_vendors()
