"""By when the reports of a trial are due: set by the office's rule, moved by the office with a reason."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.clock import add_working_days, day_of, today
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from trials.models import LogEntry, Report, ReportDue, Rollup, Term, Trial
from trials.rules import objections
from trials.services.planning import held
from trials.services.telling import tell_engineer, tell_parties

T = Trial.Status
OPEN = (T.RUNNING, T.PAUSED, T.MEASURED, T.STOPPED, T.REPORTING)
K = ReportDue.Kind
Days = Mapping[tuple[str, int], date]


@transaction.atomic
def set_dues(trial: Trial, *, first: date, last: date) -> None:
    """By the rule that holds now, from the first and the last day of measuring.

    What a person moved, and what was handed in, stays; a day that is the same already is not set anew.
    """
    now, wanted = today(), days_by_rule(Term.objects.days(), first, last)
    rows = [
        ReportDue(trial=trial, kind=kind, number=number, due_on=due_on, set_on=now)
        for (kind, number), due_on in wanted.items()
    ]
    ReportDue.objects.bulk_create(rows, ignore_conflicts=True)
    for due in ReportDue.objects.filter(trial=trial, is_moved=False, handed_in_at=None):
        due_on = wanted.get((due.kind, due.number))
        if due_on is None:  # the trial ended before it
            due.delete()
        elif due_on != due.due_on:
            ReportDue.objects.filter(pk=due.pk, is_moved=False).update(due_on=due_on, set_on=now)


def days_by_rule(terms: Mapping[str, int], first: date, last: date) -> Days:
    """An interim report at each interval before the last day; the final one so many working days after it."""
    found: dict[tuple[str, int], date] = {}
    every = timedelta(days=terms[Term.Code.INTERIM])
    day, number = first + every, 1
    while day < last:
        found[K.INTERIM, number] = day
        day, number = day + every, number + 1
    found[K.FINAL, 1] = add_working_days(last, terms[Term.Code.FINAL])
    return found


def set_missing() -> int:
    """Of every trial under way that has no days yet; returns how many were given them."""
    rows = Trial.objects.filter(status__in=OPEN, dues=None, plan_locked_at__isnull=False).order_by("pk")
    for trial in rows:
        set_for(trial)
    return len(rows)


@transaction.atomic
def set_for(trial: Trial) -> None:
    """As the journal tells of its life so far."""
    held(trial)
    at = {entry.verb: day_of(entry.at) for entry in Entry.objects.about(trial).in_order()}
    first = at.get("start", trial.starts_on)
    last = at.get("finish") or at.get("stop") or max(first, trial.ends_on)
    set_dues(trial, first=first, last=last)


@transaction.atomic
def move_due(due: ReportDue, *, by: User, due_on: date, reason: str) -> Entry:
    """
    :raises ReasonRequired: nobody would know why.
    :raises ValidationError: the day lies in the past, or is the one that stands.
    :raises IllegalTransition: it is handed in, or not owed any more.
    """
    held(due.trial)
    owed = ReportDue.objects.owed().filter(pk=due.pk).select_for_update(of=("self",)).first()
    if owed is None:
        raise IllegalTransition(_("This report is not owed any more."))
    if not reason.strip():
        raise ReasonRequired(_("Say why: the other side reads your reason."))
    if due_on < today():
        raise ValidationError({"due_on": _("The day lies in the past.")})
    if due_on == owed.due_on:
        raise ValidationError({"due_on": _("It is due on that day already.")})
    ReportDue.objects.filter(pk=due.pk).update(due_on=due_on, set_on=today(), is_moved=True)
    details = {"kind": due.kind, "number": due.number, "from": str(owed.due_on), "to": str(due_on)}
    entry = record(due.trial, "move_report_day", by=by, reason=reason.strip(), details=details)
    due.refresh_from_db()
    days = {"kind": due.kind, "last_day": str(due_on), "before": details["from"]}
    tell_engineer(due.trial, entry, "report_day_moved", **days)
    tell_parties(due.trial, entry, "report_day_moved", **days)
    return entry


@transaction.atomic
def hand_in_interim(due: ReportDue, *, by: User, text_en: str = "", text_zh: str = "") -> Entry:
    """How the trial stands in words, with the figures of the record; it says nothing about the claims.

    :raises IllegalTransition: it was handed in, or the trial runs no more.
    :raises ValidationError: it says nothing.
    """
    trial = due.trial
    held(trial)
    owed = ReportDue.objects.owed().filter(pk=due.pk, kind=K.INTERIM)
    texts = {"text_en": text_en.strip(), "text_zh": text_zh.strip()}
    if not any(texts.values()):
        raise ValidationError({"text_en": _("Say how the trial stands, in English or Chinese.")})
    if not owed.exists():
        raise IllegalTransition(_("This report is not owed any more."))
    ReportDue.objects.filter(pk=due.pk).update(
        **texts, figures=figures_of(trial), handed_in_at=timezone.now(), handed_in_by=by
    )
    due.refresh_from_db()
    entry = record(trial, "interim_report", by=by, details={"number": due.number, "due": due.pk})
    tell_parties(trial, entry, "interim_report")
    return entry


def figures_of(trial: Trial) -> dict[str, Any]:
    """Counts, and no effect: who looks at the result before the end would judge by it."""
    days = Rollup.objects.days().filter(trial=trial, phase="trial").order_by("metric").values("metric")
    rows = days.annotate(readings=Sum("count"), days=Count("begins", distinct=True), latest=Max("begins"))
    kinds = dict(trial.log.order_by().values_list("kind").annotate(count=Count("pk")))
    return {
        "metrics": [
            {"metric": row["metric"], "readings": row["readings"], "days": row["days"],
             "latest": str(day_of(row["latest"]))}
            for row in rows
        ],
        "incidents": kinds.get(LogEntry.Kind.INCIDENT, 0),
        "deviations": kinds.get(LogEntry.Kind.DEVIATION, 0),
    }  # fmt: skip


@transaction.atomic
def set_term(code: str, *, by: User, days: int) -> Entry | None:
    """The office's rule for days that are set from now on; None where it is so already.

    :raises ValidationError: out of a year's range, or there is no such term.
    """
    before = Term.objects.days().get(code)
    if before == days:
        return None
    term = Term.objects.filter(code=code).first() or Term(code=code)
    term.days = days
    term.full_clean()
    term.save()
    return record(term, "set_term", by=by, details={"code": code, "from": before, "to": days})


def owing(dues: Iterable[ReportDue]) -> Iterator[tuple[ReportDue, str]]:
    """With each, who has to do the next thing for it: `engineer`, `vendor` or `verifier`; one query."""
    dues = list(dues)
    rows = Report.objects.filter(trial__in={due.trial_id for due in dues}, payload_hash="")
    stages = dict(rows.order_by("version").values_list("trial_id", "status"))
    debtors = {Report.Status.COMMENT: "vendor", Report.Status.VERIFICATION: "verifier"}
    for due in dues:
        stage = stages.get(due.trial_id) if due.kind == K.FINAL else None
        yield due, debtors.get(stage, "engineer")  # type: ignore[call-overload]


def verifiers_of(trial: Trial) -> list[User]:
    """Who may sign the version that is under verification."""
    report = trial.reports.filter(status=Report.Status.VERIFICATION).first()
    if report is None:
        return []
    return [user for user in User.objects.with_role("verifier") if not objections(report, user)]
