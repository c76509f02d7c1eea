"""Field trials as a calendar: each from its first to its last day; one that was stopped is cancelled."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.calendars import Day, Revision, answer, revisions
from trials.case import of_person
from trials.filters import TrialFilter
from trials.models import ReportDue, Trial

TOLD = timedelta(days=366)
LONGEST = 1000
MOVES = frozenset({"start", "finish", "stop", "move_report_day"})  # what sets the day of a report


def days_of_trials(trials: Iterable[Trial]) -> list[Day]:
    rows = list(trials)
    known = revisions(Trial, [trial.pk for trial in rows])
    return [
        Day(
            f"{trial.reference} runs",
            trial.starts_on,
            _("Field trial: %s") % f"{trial.reference} {trial.title}",
            url=trial.get_absolute_url(),
            text=str(trial.venue.name),
            last=trial.ends_on,
            revision=known.get(trial.pk, Revision()),
            is_cancelled=trial.status == Trial.Status.STOPPED,
        )
        for trial in rows
    ]


def days_of_dues(user: User) -> list[Day]:
    """By when reports are due of the trials in which this person takes part."""
    rows = list(
        ReportDue.objects.owed().filter(of_person(user, "trial__")).for_rows().order_by("due_on", "pk")
    )
    known = revisions(Trial, {due.trial_id for due in rows}, MOVES)
    return [
        Day(
            f"{due.trial.slug} {due.kind} report {due.number} due",
            due.due_on,
            f"{due.get_kind_display()}: {due.trial.reference or ''} {due.trial.title}",
            url=due.get_absolute_url(),
            text=str(due.trial.venue.name),
            revision=known.get(due.trial_id, Revision()),
        )
        for due in rows[:LONGEST]
    ]


def known_trials():
    rows = Trial.objects.public().select_related("match__solution", "venue")
    return rows.filter(ends_on__gte=timezone.localdate() - TOLD).order_by("-plan_locked_at", "-pk")


def trials(request: HttpRequest) -> HttpResponse:
    """Narrowed as the list is."""
    rows = TrialFilter(request.GET, queryset=known_trials(), request=request).qs[:LONGEST]
    return answer(request, _("InnoPortal: field trials"), days_of_trials(rows))
