"""When people are reminded of what, of whichever room: one table, run by one task.

Days are those of Hong Kong, wherever a reader lives; each step of each day goes out once, whatever restarts.
"""

import logging
from datetime import date

from celery import shared_task
from django.utils.translation import gettext_lazy as _

import notifications.pledges
import solutions.nominating
import solutions.refreshing
import trials.reminding
import wishes.calls
import wishes.reminding
from notifications.reminding import Coming, Schedule, coming

logger = logging.getLogger(__name__)
LAST_DAYS = (7, 1)  # for who follows
SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        kind="pledge",
        noun="",  # submissions, endorsements, reviews, verifications: every noun that has a pledge
        clock=_("the last day of a performance pledge, in working days without its pauses"),
        who=_("who owes the answer; after it the portal office, too"),
        steps=notifications.pledges.AFTER,  # and before it a fifth of the pledge's own days
        mails=("notifications/mail/pledge_near", "notifications/mail/pledge_broken"),
        due=notifications.pledges.owed,
        tell=notifications.pledges.tell,
    ),
    Schedule(
        kind="expiry",
        noun="wishes.wish",
        clock=_("the last day for proposals"),
        who=_("the department"),
        steps=(14, 7, 1, 0),
        mails=("wishes/mail/expiry_due",),
        due=wishes.reminding.last_days,
        tell=wishes.reminding.tell_owners,
    ),
    Schedule(
        kind="deadline",
        noun="wishes.wish",
        clock=_("the last day for proposals"),
        who=_("who follows the wish"),
        steps=LAST_DAYS,
        mails=("wishes/mail/deadline",),
        due=wishes.reminding.last_days,
        tell=wishes.reminding.tell_followers,
    ),
    Schedule(
        kind="deadline",
        noun="wishes.call",
        clock=_("the last day of the call"),
        who=_("who follows the call"),
        steps=LAST_DAYS,
        mails=("wishes/mail/call_deadline",),
        due=wishes.calls.last_days,
        tell=wishes.calls.tell_followers,
    ),
    Schedule(
        kind="refresh",
        noun="solutions.solution",
        clock=_("the last day of the listing"),
        who=_("the vendor and its co-authors"),
        steps=(solutions.refreshing.ASKED, 14, 7, 1, 0),
        mails=("solutions/mail/still_current",),
        due=solutions.refreshing.ending,
        tell=solutions.refreshing.ask,
    ),
    Schedule(
        kind="nomination",
        noun="solutions.nomination",
        clock=_("the last day of a nomination that no vendor has answered"),
        who=_("the vendor that was nominated"),
        steps=(23,),  # a week after it was written
        mails=("solutions/mail/nomination_due", "solutions/mail/nomination_reminder"),
        due=solutions.nominating.waiting,
        tell=solutions.nominating.remind_vendor,
    ),
    Schedule(
        kind="report",
        noun="trials.reportdue",
        clock=_("the day by which an interim or final report is due"),
        who=_("the trial engineer, the verifiers while they have it; after two weeks the portal office"),
        steps=(14, 3, -1, -7, -trials.reminding.ESCALATED),
        mails=("trials/mail/report_due", "trials/mail/report_overdue", "trials/mail/report_escalated"),
        due=trials.reminding.dues,
        tell=trials.reminding.tell_due,
    ),
    Schedule(
        kind="window",
        noun="trials.report",
        clock=_("the last day of the vendor's window for comments"),
        who=_("the vendor"),
        steps=(5, 1, 0),
        mails=("trials/mail/comment_due",),
        due=trials.reminding.windows,
        tell=trials.reminding.tell_window,
    ),
    Schedule(
        kind="milestone",
        noun="trials.milestone",
        clock=_("the day of a milestone that is not reached"),
        who=_("the trial engineer; after a week all who take part"),
        steps=(7, 1, -1, -trials.reminding.SPREAD),
        mails=("trials/mail/milestone_due", "trials/mail/milestone_overdue"),
        due=trials.reminding.milestones,
        tell=trials.reminding.tell_milestone,
    ),
    Schedule(
        kind="action",
        noun="trials.action",
        clock=_("the day of an action of a meeting that is not done"),
        who=_("who does it; after a week the trial engineer, too"),
        steps=(3, 0, -1, -trials.reminding.SPREAD),
        mails=("trials/mail/action_due", "trials/mail/action_overdue"),
        due=trials.reminding.actions,
        tell=trials.reminding.tell_action,
    ),
    Schedule(
        kind="token",
        noun="trials.sensortoken",
        clock=_("the last day of the token with which sensors send"),
        who=_("the trial engineer"),
        steps=(7, 1, -1),
        mails=("trials/mail/token_ends",),
        due=trials.reminding.tokens,
        tell=trials.reminding.tell_token,
    ),
)


@shared_task
def remind_due(room: str = "") -> int:
    """Tell of every step that has come, of one room or of all; returns how many reminders went out."""
    return sum(_run(schedule) for schedule in SCHEDULES if schedule.noun.startswith(room))


def _run(schedule: Schedule) -> int:
    try:
        return schedule.run()
    except Exception:
        logger.exception("The reminders of %s %s could not be sent", schedule.noun, schedule.kind)
        return 0


def what_comes(days: int) -> list[Coming]:
    """What will be sent from today on within so many days if nothing changes, in the order of the days."""

    def place(one: Coming) -> tuple[date, str, str, int]:
        return one.on, one.schedule.noun, one.schedule.kind, one.deadline.thing.pk

    return sorted((one for schedule in SCHEDULES for one in coming(schedule, days)), key=place)
