from celery import shared_task

from trials import raw_data, services
from trials.models import Report
from trials.services import flagging, uploading
from trials.services.opening import data_opened, entries_of


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


@shared_task
def judge_due() -> None:
    services.judge_due()


@shared_task
def make_data(pk: int) -> None:
    """The files of a report's readings; nothing where the department has thought better of it meanwhile."""
    report = Report.objects.public().select_related("trial").filter(pk=pk).first()
    if report and data_opened(entries_of(report.trial)):
        raw_data.make(report)
