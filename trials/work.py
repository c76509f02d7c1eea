"""What waits for a person among trials and reports, and what they wait for there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row
from journal.clock import today, with_dues
from journal.models import Entry
from trials.adoption_work import used
from trials.amendment_work import amended
from trials.case import of_person
from trials.models import Report, ReportDue, Trial
from trials.rules import AUTHORING, objections
from trials.services.laddering import waiting_for_trial
from trials.steering_work import steered

T, R = Trial.Status, Report.Status
UNDER_WAY = (T.PLANNING, T.LOCKED, T.RUNNING, T.PAUSED, T.MEASURED)
NEAR = 30  # days before a report is due from which on it stands among what is to do
ON_ITS_WAY = (R.DRAFT, R.COMMENT, R.VERIFICATION)


def work(user: User) -> Iterator[Row]:
    """A fixed number of queries, however many trials and reports there are."""
    is_office, mine = user.has_role(Role.OFFICE), list(user.membership_roles)
    is_engineer = user.has_role(Role.ENGINEER)
    if is_office or is_engineer or mine:
        yield from _unplanned(user, everyones=is_office or is_engineer)
        yield from _trials(user, is_office)
        yield from steered(user, is_office)
    if mine:
        yield from used(user)
    if is_office or is_engineer:
        yield from _dues(user, is_office)
    if is_office or is_engineer or user.has_role(Role.VERIFIER):
        yield from amended(user)
    if is_office or is_engineer or mine or user.has_role(Role.VERIFIER):
        yield from _reports(user, is_office)


def _unplanned(user: User, *, everyones: bool) -> Iterator[Row]:
    """Approved matches without a trial, for those who may plan it."""
    found = waiting_for_trial()
    if not everyones:
        approves = [pk for pk, role in user.membership_roles.items() if role == Membership.Role.APPROVER]
        found = found.filter(wish__organisation__in=approves)
    for match in found.for_rows().order_by("pk")[:MOST]:
        yield Row(
            task=_("Plan the trial"),
            title=match.solution.title,
            url=reverse("trials:plan", args=[match.key]),
            thing=match,
            note=match.wish.title,
        )


def _trials(user: User, is_office: bool) -> Iterator[Row]:
    wanted = Q(status__in=UNDER_WAY) & of_person(user, "")
    if is_office:
        wanted |= Q(status=T.MEASURED)
    rows = Trial.objects.visible_to(user).filter(wanted).with_subjects().order_by("starts_on", "pk")
    for trial in with_dues(rows[:MOST]):
        is_mine = trial.engineer_id == user.pk
        days = {T.PLANNING: trial.starts_on, T.LOCKED: trial.starts_on, T.RUNNING: trial.ends_on}
        yield Row(
            task=_trial_task(trial.status) if is_mine else party("engineer"),
            title=trial.title,
            url=trial.get_absolute_url(),
            thing=trial,
            note=trial.venue.name,
            due=trial.due,
            until=days.get(trial.status),
            since=trial.created_at,
            mine=is_mine,
        )


def _trial_task(status: str) -> str:
    return {
        T.PLANNING: _("Finish the plan and lock it"),
        T.LOCKED: _("Start the trial"),
        T.RUNNING: _("Measure, and end the trial"),
        T.PAUSED: _("Resume the trial, or stop it"),
    }.get(status) or _("Begin the report")  # type: ignore[call-overload]


def _reports(user: User, is_office: bool) -> Iterator[Row]:
    wanted = of_person(user, "trial__")
    if is_office or user.has_role(Role.VERIFIER):
        wanted |= Q(status__in=(R.COMMENT, R.VERIFICATION))
    rows = Report.objects.visible_to(user).filter(wanted, status__in=ON_ITS_WAY).for_detail()
    found = with_dues(rows.order_by("created_at", "pk")[:MOST])
    wrote = _written_by(user, found) if user.has_role(Role.VERIFIER) else set()
    for report in found:
        task, is_mine = _report_task(user, report, report.pk in wrote)
        yield Row(
            task=task,
            title=report.trial.title,
            url=report.get_absolute_url(),
            thing=report,
            note=report.trial.venue.name,
            due=report.due,
            until=report.comment_until if report.status == R.COMMENT else None,
            since=report.created_at,
            mine=is_mine,
        )


def _dues(user: User, is_office: bool) -> Iterator[Row]:
    """Reports that the engineer owes soon; of what is overdue the portal office hears, too."""
    near = Q(trial__engineer=user, due_on__lte=today() + timedelta(days=NEAR))
    if is_office:
        near |= Q(due_on__lt=today())
    rows = ReportDue.objects.owed().filter(near).for_rows().order_by("due_on", "pk")
    for due in rows[:MOST]:
        is_mine = due.trial.engineer_id == user.pk
        yield Row(
            task=due.get_kind_display() if is_mine else _("See to an overdue report"),
            title=due.trial.title,
            url=due.get_absolute_url() if is_mine else reverse("trials:dues"),
            thing=due.trial,
            note=due.trial.venue.name,
            until=due.due_on,
        )


def _written_by(user: User, reports: list[Report]) -> set[int]:
    entries = Entry.objects.filter(
        noun=Report._meta.label_lower, object_id__in=[one.pk for one in reports], verb__in=AUTHORING
    )
    return set(entries.filter(actor_id=user.pk).values_list("object_id", flat=True))


def _report_task(user: User, report: Any, wrote: bool) -> tuple[str, bool]:
    """What comes next, and whether it is this person's to do."""
    if report.status == R.DRAFT:
        is_mine = report.trial.engineer_id == user.pk
        return (_("Write the report"), True) if is_mine else (party("engineer"), False)
    if report.status == R.COMMENT:
        is_vendor = user.is_member_of(report.parties["vendor"])
        return (_("Comment on the report"), True) if is_vendor else (party("vendor"), False)
    may_sign = user.has_role(Role.VERIFIER) and not objections(report, user, wrote=wrote)
    return (_("Verify the report"), True) if may_sign else (party("verifier"), False)
