from celery import shared_task

from trials import services
from trials.services import flagging, uploading


@shared_task
def close_comment_windows() -> None:
    services.close_comment_windows()


@shared_task
def set_days_of_reports() -> None:
    """Of trials that were under way before there was a rule."""
    services.set_missing()


@shared_task
def discard_old_uploads() -> None:
    uploading.discard_old()


@shared_task
def flag_arrivals() -> None:
    flagging.flag_arrivals()
