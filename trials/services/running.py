"""A trial on site, from its start to its end."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching import services as matching_services
from matching.models import Match
from trials.models import LogEntry, Trial
from trials.services.dues import set_for
from trials.services.flagging import flag_all
from trials.services.judging import analyse
from trials.services.planning import held
from trials.services.surveying import end_surveys
from trials.services.telling import tell_followers, tell_parties
from trials.workflow import TRIAL

MAX_NOTE = 300
OVER = (Trial.Status.CLOSED, Trial.Status.STOPPED)


@transaction.atomic
def tick(trial: Trial, item: str, *, by: User, done: bool = True, note: str = "") -> Entry:
    """Say that something of the checklist is in place, or is not any more; `note` says by which paper.

    :raises IllegalTransition: the trial has begun.
    """
    held(trial)
    if item not in Trial.CHECKLIST:
        raise ValidationError(_("The checklist has no such item."))
    if len(note := note.strip()) > MAX_NOTE:
        raise ValidationError(_("The note has more than 300 characters."))
    if trial.status not in (Trial.Status.PLANNING, Trial.Status.LOCKED):
        raise IllegalTransition(_("The checklist belongs to the time before the start."))
    trial.checklist.pop(item, None)
    if done:
        trial.checklist[item] = timezone.localdate().isoformat()
    trial.save(update_fields=["checklist"])
    return record(trial, "tick" if done else "untick", by=by, details={"item": item, "note": note})


@transaction.atomic
def start(trial: Trial, *, by: User) -> Entry:
    """Begin on site; match and wish are on trial from now.

    :raises ValidationError: the checklist is not complete.
    """
    held(trial)
    if TRIAL["start"].allows(trial) and trial.unticked:
        raise ValidationError(_("The checklist is not complete."))
    entry = TRIAL["start"].apply(trial, by=by)
    matching_services.start_trial(trial.match, by=by)
    set_for(trial)
    tell_parties(trial, entry, "started")
    tell_followers(trial, entry, "started")
    return entry


@transaction.atomic
def pause(trial: Trial, *, by: User, reason: str) -> Entry:
    entry = TRIAL["pause"].apply(trial, by=by, reason=reason)
    tell_parties(trial, entry, "paused")
    return entry


@transaction.atomic
def resume(trial: Trial, *, by: User) -> Entry:
    entry = TRIAL["resume"].apply(trial, by=by)
    tell_parties(trial, entry, "resumed")
    return entry


@transaction.atomic
def stop(trial: Trial, *, by: User, reason: str) -> Entry:
    """End it early. What a locked plan measured is judged; a plan never locked frees its match."""
    held(trial)
    entry = TRIAL["stop"].apply(trial, by=by, reason=reason)
    if trial.plan_locked_at:
        end_surveys(trial, by=by)
        flag_all(trial)
        analyse(trial)
        set_for(trial)
        tell_followers(trial, entry, "stopped")
    elif trial.match.status in (Match.Status.APPROVED, Match.Status.ON_TRIAL):
        matching_services.close(trial.match, by=by, reason=reason)
    tell_parties(trial, entry, "stopped")
    return entry


@transaction.atomic
def finish(trial: Trial, *, by: User) -> Entry:
    """End the measuring and judge each claim by its locked method."""
    held(trial)
    entry = TRIAL["finish"].apply(trial, by=by)
    end_surveys(trial, by=by)
    flag_all(trial)
    analyse(trial)
    set_for(trial)
    tell_parties(trial, entry, "measured")
    return entry


@transaction.atomic
def log(trial: Trial, *, by: User, kind: str, on: date, **fields: Any) -> LogEntry:
    """A note, an incident or a deviation from the plan; it stays as it is written.

    :raises IllegalTransition: the trial is over, or still planned, when the plan itself can change.
    """
    held(trial)
    if trial.status in OVER or trial.status == Trial.Status.PLANNING:
        raise IllegalTransition(_("The log is kept from the locked plan to the end of the trial."))
    made = LogEntry(trial=trial, written_by=by, kind=kind, on=on, **fields)
    if on > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future.")})
    made.full_clean()
    made.save()
    entry = record(trial, "log", by=by, details={"log": made.pk, "kind": kind})
    if kind == LogEntry.Kind.INCIDENT and made.severity != LogEntry.Severity.LOW:
        tell_parties(trial, entry, "incident", text={"en": made.text_en, "zh": made.text_zh})
    return made


@transaction.atomic
def spend(trial: Trial, *, by: User, budget_spent: Decimal) -> Entry:
    """Record the money spent so far."""
    held(trial)
    if trial.status == Trial.Status.CLOSED:
        raise IllegalTransition(_("The trial is closed; its report says what was spent."))
    trial.budget_spent = budget_spent
    trial.full_clean()
    trial.save(update_fields=["budget_spent"])
    return record(trial, "spend", by=by, details={"spent": f"{budget_spent:.2f}"})
