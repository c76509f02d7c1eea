"""Who is reminded of the days of reports and of the vendor's window; at last the office is told."""

from collections.abc import Iterator
from datetime import timedelta

from accounts.models import Role, User
from journal.clock import day_of, today
from journal.models import Entry
from notifications.outbox import DUTY, notify, party
from notifications.reminding import Deadline
from trials.models import Report, ReportDue
from trials.services.dues import owing, verifiers_of
from trials.services.telling import said

ESCALATED = 14  # days after which the office is told


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
