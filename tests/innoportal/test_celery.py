import inspect
from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings

from innoportal.celery import app
from notifications.hooks import calling
from notifications.models import webhooks

# Of what nothing needs to be known, and which runs all the same only when something asks for it.
ASKED_FOR = {
    "matching.tasks.rematch_everything",
    "notifications.tasks.sweep_letters",  # the sweep of all mails sends letters, too
}
# How long people wait at most for what a lost message would have brought at once, or for what is due.
WAITS = {
    "notifications.sweep": timedelta(seconds=30),
    "notifications.sweep_webhooks": timedelta(seconds=30),
    "matching.sweep": timedelta(minutes=1),
    "matching.notice": timedelta(minutes=1),
    "documents.sweep": timedelta(minutes=1),
    "notifications.forget_letters": timedelta(minutes=5),
    "trials.flag_arrivals": timedelta(minutes=5),
    "trials.close_comment_windows": timedelta(minutes=15),
    "wishes.calls": timedelta(minutes=15),
    "wishes.expire": timedelta(hours=1),
    "solutions.expire": timedelta(hours=1),
    "accounts.expire_joins": timedelta(hours=1),
}


def ours():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def needs_nothing(task):
    given = inspect.signature(task.run).parameters.values()
    return all(one.default is not inspect.Parameter.empty for one in given)


def test_each_task_of_the_schedule_exists():
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted - set(ours()) == set()


def test_what_needs_no_word_from_anybody_runs_by_the_clock():
    alone = {name for name, task in ours().items() if needs_nothing(task)}
    by_the_clock = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert alone - ASKED_FOR == by_the_clock


@pytest.mark.parametrize(("name", "longest"), WAITS.items(), ids=list(WAITS))
def test_nobody_waits_longer_for_a_sweep(name, longest):
    assert 0 < app.conf.beat_schedule[name]["schedule"] <= longest.total_seconds()


def test_people_are_reminded_each_hour_of_hong_kongs_day_and_never_at_night():
    when = app.conf.beat_schedule["remind"]["schedule"]
    assert isinstance(when, crontab) and len(when.minute) == 1
    assert when.hour == set(range(8, 21))
    assert when.day_of_week == set(range(7)) and when.day_of_month == set(range(1, 32))
    assert app.conf.timezone == "Asia/Hong_Kong"


def test_no_lease_ends_while_its_work_may_still_go_on():
    """Else a second worker does it beside the first: a task twice, a mail twice, a call twice."""
    kept = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert kept > settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_ACKS_LATE and settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.MAIL_LEASE > settings.EMAIL_TIMEOUT
    assert settings.MATCHING_LEASE > settings.MATCHING_PATIENCE
    assert webhooks.LEASE.total_seconds() > calling.SECONDS
