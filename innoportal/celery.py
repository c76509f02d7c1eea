import gc
import os
from typing import Any

# One thread for each process: a forked child hangs in OpenMP when its parent has run a model with more.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_setup_logger, after_setup_task_logger, worker_before_create_process

from innoportal.discreet import make_discreet

app = Celery("innoportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.imports = ("innoportal.schedules",)  # the hall is no room whose tasks are looked for

# Every sweep is idempotent: what it finds due is claimed in the database before anything is done.
app.conf.beat_schedule = {
    "notifications.sweep": {"task": "notifications.tasks.sweep", "schedule": 15.0},
    "notifications.forget_letters": {"task": "notifications.tasks.forget_letters", "schedule": 300.0},
    "notifications.sweep_visitors": {
        "task": "notifications.tasks.sweep_visitors",
        "schedule": crontab(minute=35),
    },
    "notifications.forget_arrivals": {
        "task": "notifications.tasks.forget_arrivals",
        "schedule": crontab(hour=4, minute=20),
    },
    "notifications.sweep_webhooks": {"task": "notifications.tasks.sweep_webhooks", "schedule": 15.0},
    "notifications.forget_webhooks": {
        "task": "notifications.tasks.forget_webhooks",
        "schedule": crontab(hour=4, minute=10),
    },
    "matching.sweep": {"task": "matching.tasks.sweep", "schedule": 30.0},
    "matching.notice": {"task": "matching.tasks.notice", "schedule": 60.0},
    "matching.sweep_duplicates": {
        "task": "matching.tasks.sweep_duplicates",
        "schedule": crontab(hour=3, minute=20),
    },
    "matching.refit": {
        "task": "matching.tasks.refit",
        "schedule": crontab(day_of_month="1", hour="3", minute="30"),
    },
    "accounts.expire_joins": {"task": "accounts.tasks.expire_joins", "schedule": 3600.0},
    "accounts.sweep_alike": {"task": "accounts.tasks.sweep_alike", "schedule": crontab(hour=3, minute=50)},
    "wishes.expire": {"task": "wishes.tasks.expire_due", "schedule": 3600.0},
    "wishes.calls": {"task": "wishes.tasks.keep_dates_of_calls", "schedule": 900.0},
    "remind": {  # by day; hourly, so that an outage of some hours costs no more than that
        "task": "innoportal.schedules.remind_due",
        "schedule": crontab(minute=10, hour="8-20"),
    },
    "solutions.expire": {"task": "solutions.tasks.expire_due", "schedule": 3600.0},
    "documents.sweep": {"task": "documents.tasks.sweep", "schedule": 60.0},
    "trials.discard_old_uploads": {
        "task": "trials.tasks.discard_old_uploads",
        "schedule": crontab(minute=15),
    },
    "trials.set_days_of_reports": {
        "task": "trials.tasks.set_days_of_reports",
        "schedule": crontab(minute=5),
    },
    "trials.judge_due": {"task": "trials.tasks.judge_due", "schedule": 30.0},
    "trials.flag_arrivals": {"task": "trials.tasks.flag_arrivals", "schedule": 120.0},
    "trials.close_comment_windows": {"task": "trials.tasks.close_comment_windows", "schedule": 900.0},
}


@worker_before_create_process.connect
def keep_shared(**_told: Any) -> None:
    """What is there before a fork is not looked through for garbage: that would write to it, and copy it."""
    gc.freeze()


@after_setup_logger.connect(weak=False)
@after_setup_task_logger.connect(weak=False)
def log_discreetly(logger: Any, **options: Any) -> None:
    """The worker formats its lines itself, and not as the settings say."""
    make_discreet(logger)
