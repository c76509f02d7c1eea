"""Who is reminded of the days of reports, milestones and actions, and of the vendor's window."""

from collections.abc import Iterator
from datetime import timedelta

from accounts.models import Role, User
from journal.clock import day_of, today
from journal.models import Entry
from notifications.outbox import DUTY, notify, party
from notifications.reminding import Deadline
from trials.models import Action, Milestone, Report, ReportDue, SensorToken
from trials.services.dues import owing, verifiers_of
from trials.services.measuring import TAKING
from trials.services.running import OVER
from trials.services.telling import people_concerned, said, said_of

ESCALATED = 14  # days after which the office is told of a report
SUBJECTS = ("trial__match__wish", "trial__match__solution")
SPREAD = 7  # days after which more people are told of a milestone or an action


def dues(ahead: int) -> Iterator[Deadline]:
    """Reports due within so many days, and all that are overdue."""
    rows = ReportDue.objects.owed().filter(due_on__lte=today() + timedelta(days=ahead)).for_rows()
    for due, owes in owing(rows.order_by("due_on", "pk")):
        yield Deadline(due, due.due_on, due.set_on, told=owes)


def tell_due(deadline: Deadline, entry: Entry, left: int) -> None:
    """The engineer, who answers for the report, and the verifiers while they have it; at last the office."""
    due, trial = deadline.thing, deadline.thing.trial
    told = said(
        trial, kind=due.kind, left=left, over=-left, last_day=str(due.due_on), reference=trial.reference
    )
    people = [trial.engineer, *(verifiers_of(trial) if deadline.told == "verifier" else ())]
    mail = "report_due" if left >= 0 else "report_overdue"
    notify(people, entry, f"trials/mail/{mail}", why=DUTY, **told)
    if left <= -ESCALATED:
        office = User.objects.with_role(Role.OFFICE).exclude(pk__in=[person.pk for person in people])
        notify(office, entry, "trials/mail/report_escalated", why=DUTY, **told)


def windows(ahead: int) -> Iterator[Deadline]:
    """Vendors' windows that close within so many days."""
    now = today()
    rows = Report.objects.filter(
        status=Report.Status.COMMENT, comment_until__range=(now, now + timedelta(days=ahead))
    )
    for report in rows.for_detail().order_by("comment_until", "pk"):
        if report.comment_until:
            known = report.comment_from or day_of(report.created_at)
            yield Deadline(report, report.comment_until, known)


def tell_window(deadline: Deadline, entry: Entry, left: int) -> None:
    vendor = deadline.thing.parties["vendor"]
    told = said(deadline.thing, left=left, last_day=str(deadline.due_on))
    notify(party(vendor), entry, "trials/mail/comment_due", why=DUTY, **told)


def milestones(ahead: int) -> Iterator[Deadline]:
    """Those of trials under way that are not reached: due within so many days, or past."""
    rows = Milestone.objects.filter(reached_on=None, due_on__lte=today() + timedelta(days=ahead))
    open_rows = rows.exclude(trial__status__in=OVER).for_rows().select_related("trial__engineer")
    for one in open_rows.order_by("due_on", "pk"):
        yield Deadline(one, one.due_on, one.set_on)


def tell_milestone(deadline: Deadline, entry: Entry, left: int) -> None:
    """The engineer; a week after its day all who take part."""
    one = deadline.thing
    told = said_of(
        one, left=left, over=-left, last_day=str(one.due_on), title={"en": one.title_en, "zh": one.title_zh}
    )
    people = [one.trial.engineer] if left > -SPREAD else people_concerned(one.trial)
    mail = "milestone_due" if left >= 0 else "milestone_overdue"
    notify(people, entry, f"trials/mail/{mail}", why=DUTY, **told)


def actions(ahead: int) -> Iterator[Deadline]:
    """What people took home from meetings of trials under way and have not done."""
    rows = Action.objects.open().filter(due_on__lte=today() + timedelta(days=ahead)).for_mails()
    for one in rows.exclude(meeting__trial__status__in=OVER).order_by("due_on", "pk"):
        yield Deadline(one, one.due_on, day_of(one.meeting.written_at))


def tell_action(deadline: Deadline, entry: Entry, left: int) -> None:
    """Who does it; a week after its day the engineer, too."""
    one = deadline.thing
    trial = one.meeting.trial
    told = said_of(one.meeting, left=left, over=-left, last_day=str(one.due_on), text=one.what)
    people = [one.owner] if left > -SPREAD else [one.owner, trial.engineer]
    mail = "action_due" if left >= 0 else "action_overdue"
    notify(people, entry, f"trials/mail/{mail}", why=DUTY, **told)


def tokens(ahead: int) -> Iterator[Deadline]:
    """Those of sensors that end within so many days, or have ended, while the trial still takes readings."""
    rows = SensorToken.objects.in_force().filter(trial__status__in=TAKING)
    found = rows.filter(ends_on__lte=today() + timedelta(days=ahead))
    for one in found.select_related("trial__engineer", *SUBJECTS).order_by("ends_on", "pk"):
        yield Deadline(one, one.ends_on, day_of(one.made_at))


def tell_token(deadline: Deadline, entry: Entry, left: int) -> None:
    """The engineer, whose sensors fall silent otherwise."""
    one = deadline.thing
    told = said_of(one, left=left, last_day=str(one.ends_on), hint=one.hint)
    notify([one.trial.engineer], entry, "trials/mail/token_ends", why=DUTY, **told)
