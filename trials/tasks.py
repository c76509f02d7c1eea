from celery import shared_task

from trials import services


@shared_task
def close_comment_windows() -> None:
    services.close_comment_windows()
