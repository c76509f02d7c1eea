"""Milestones and actions of meetings that are due or overdue: who hears of them, when, and once each."""

from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from innoportal.schedules import remind_due
from notifications.models import Notification
from tests.factories import (
    ActionFactory,
    MeetingFactory,
    MembershipFactory,
    MilestoneFactory,
    TrialFactory,
    UserFactory,
)
from trials import services
from trials.models import Trial

pytestmark = pytest.mark.django_db
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
DUE = date(2027, 3, 20)


@pytest.fixture
def clock(time_machine):
    def to(day: date):
        time_machine.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=HONG_KONG), tick=False)

    to(date(2027, 2, 20))
    return to


@pytest.fixture
def trial(clock) -> Trial:
    return TrialFactory(running=True)


def mails(user, room: str = "trials/mail/") -> list[str]:
    rows = Notification.objects.filter(recipient=user, template__startswith=room, channel="email")
    rows = rows.order_by("pk")
    return [row.template.removeprefix(room) for row in rows]


def over_the_weeks(clock, noun: str, told) -> dict[int, list[str]]:
    """What came on which day, from a month before the day to a month after; the task runs twice each day."""
    found = {}
    for offset in range(-28, 29):
        clock(DUE + timedelta(days=offset))
        before = len(mails(told))
        remind_due(noun)
        remind_due(noun)
        if came := mails(told)[before:]:
            found[offset] = came
    return found


def test_the_engineer_hears_of_a_milestone_before_and_after_its_day_and_both_sides_after_a_week(clock, trial):
    department = MembershipFactory(organisation=trial.match.wish.organisation).user
    MilestoneFactory(trial=trial, due_on=DUE, title_en="All fitted")
    assert over_the_weeks(clock, "trials.milestone", trial.engineer) == {
        -7: ["milestone_due"],
        -1: ["milestone_due"],
        1: ["milestone_overdue"],
        7: ["milestone_overdue"],
    }
    assert mails(department) == ["milestone_overdue"]


def test_who_took_an_action_home_hears_of_it_and_after_a_week_the_engineer_too(clock, trial):
    owner = UserFactory()
    ActionFactory(meeting=MeetingFactory(trial=trial), owner=owner, due_on=DUE, what="Order the valve")
    assert over_the_weeks(clock, "trials.action", owner) == {
        -3: ["action_due"],
        0: ["action_due"],
        1: ["action_overdue"],
        7: ["action_overdue"],
    }
    assert mails(trial.engineer) == ["action_overdue"]
    last = Notification.objects.get(recipient=trial.engineer, channel="email")
    assert last.context["text"] == "Order the valve"


def test_after_two_weeks_without_a_run_one_mail_comes(clock, trial):
    MilestoneFactory(trial=trial, due_on=DUE)
    ActionFactory(meeting=MeetingFactory(trial=trial), due_on=DUE)
    clock(DUE + timedelta(days=14))
    assert [remind_due("trials.milestone"), remind_due("trials.action")] == [1, 1]
    assert [remind_due("trials.milestone"), remind_due("trials.action")] == [0, 0]


@pytest.mark.parametrize("status", ["closed", "stopped"])
def test_a_trial_that_has_ended_reminds_of_nothing(clock, trial, status):
    MilestoneFactory(trial=trial, due_on=DUE)
    ActionFactory(meeting=MeetingFactory(trial=trial), due_on=DUE)
    Trial.objects.filter(pk=trial.pk).update(**{"status": status})
    clock(DUE)
    assert remind_due("trials.") == 0


def test_what_is_done_or_reached_is_not_reminded_of(clock, trial):
    reached, action = (
        MilestoneFactory(trial=trial, due_on=DUE),
        ActionFactory(meeting=MeetingFactory(trial=trial), due_on=DUE),
    )
    services.reach(reached, by=trial.engineer)
    services.finish_action(action, by=trial.engineer)
    clock(DUE)
    assert remind_due("trials.") == 0
    services.unreach(reached, by=trial.engineer)
    clock(DUE + timedelta(days=1))
    assert remind_due("trials.milestone") == 1


def test_a_milestone_whose_day_is_moved_is_reminded_of_anew(clock, trial):
    one = MilestoneFactory(trial=trial, due_on=DUE)
    clock(DUE - timedelta(days=7))
    assert remind_due("trials.milestone") == 1
    services.change_milestone(one, by=trial.engineer, due_on=DUE + timedelta(days=10))
    assert remind_due("trials.milestone") == 0
    clock(DUE + timedelta(days=3))
    assert remind_due("trials.milestone") == 1


def test_a_milestone_set_for_tomorrow_was_not_due_in_a_week_before(clock, trial):
    clock(DUE - timedelta(days=1))
    MilestoneFactory(trial=trial, due_on=DUE)
    assert remind_due("trials.milestone") == 0
    clock(DUE + timedelta(days=1))
    assert remind_due("trials.milestone") == 1


def test_the_list_of_what_comes_names_them(clock, trial):
    MilestoneFactory(trial=trial, due_on=date(2027, 3, 2))
    ActionFactory(meeting=MeetingFactory(trial=trial), due_on=date(2027, 3, 3))
    out = StringIO()
    call_command("reminders", days=14, stdout=out)
    said = out.getvalue()
    assert "milestone: 7 days before 2027-03-02, to the trial engineer" in said
    assert "action: 3 days before 2027-03-03, to who does it" in said
