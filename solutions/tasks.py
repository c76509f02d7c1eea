from celery import shared_task

from solutions import refreshing, services


@shared_task
def expire_due() -> None:
    """End the listings whose time is over."""
    services.expire_lapsed()


@shared_task
def remind_due() -> int:
    """Ask whether what is listed is still current; each mark once, also after an outage."""
    return refreshing.remind_of_refresh()
