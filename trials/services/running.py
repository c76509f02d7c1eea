"""A trial on site, from its start to its end."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from documents import services as documents
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching import services as matching_services
from matching.models import Match
from trials.models import LogEntry, Trial
from trials.models.log import NO_REASON
from trials.services.booking import release
from trials.services.dues import set_for
from trials.services.incidents import raise_incident
from trials.services.judging_later import judge
from trials.services.planning import held
from trials.services.signing import SIDES, signatures
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

    :raises ValidationError: the checklist is not complete, or a side has not signed the locked plan.
    """
    held(trial)
    if TRIAL["start"].allows(trial) and (gaps := not_ready(trial)):
        raise ValidationError(gaps)
    entry = TRIAL["start"].apply(trial, by=by)
    matching_services.start_trial(trial.match, by=by)
    set_for(trial)
    tell_parties(trial, entry, "started")
    tell_followers(trial, entry, "started")
    return entry


def not_ready(trial: Trial) -> list[str]:
    """What a locked plan still lacks before it can start; one query."""
    return gaps(trial, Entry.objects.about(trial).filter(verb="sign"))


def gaps(trial: Trial, entries: Iterable[Entry]) -> list[str]:
    """As `not_ready`, where the trial's entries are there."""
    found, signed = [], signatures(entries)
    unsigned = [side for side in SIDES if side not in signed]
    if "department" in unsigned:
        found.append(_("The department has not signed the plan."))
    if "vendor" in unsigned:
        found.append(_("The vendor has not signed the plan."))
    if trial.unticked:
        found.append(_("The checklist is not complete."))
    return found


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
    release(trial, by=by)
    if trial.plan_locked_at:
        end_surveys(trial, by=by)
        judge(trial)
        set_for(trial)
        tell_followers(trial, entry, "stopped")
    elif trial.match.status in (Match.Status.APPROVED, Match.Status.ON_TRIAL):
        matching_services.close(trial.match, by=by, reason=reason)
    tell_parties(trial, entry, "stopped")
    return entry


@transaction.atomic
def finish(trial: Trial, *, by: User) -> Entry:
    """End the measuring; each claim is judged by its locked method, see `judging_later`."""
    held(trial)
    entry = TRIAL["finish"].apply(trial, by=by)
    release(trial, by=by)
    end_surveys(trial, by=by)
    judge(trial)
    set_for(trial)
    return entry


def keeps_log(trial: Trial) -> bool:
    """From the locked plan until its report is signed."""
    return trial.plan_locked_at is not None and trial.status != Trial.Status.CLOSED


@transaction.atomic
def log(
    trial: Trial,
    *,
    by: User,
    kind: str,
    on: date,
    photographs: Iterable[UploadedFile] = (),
    **fields: Any,
) -> LogEntry:
    """A note, an incident or a deviation from the plan; it stays as it is written.

    Also of a trial that was stopped: what made it stop is logged after it. Who logs after a report was signed
    first sends it back, see `assigning.changed_since`.

    :raises IllegalTransition: the trial is closed, or was never locked, when the plan itself can change.
    :raises ValidationError: the day lies in the future, a deviation has no reason, or a photograph is none.
    """
    held(trial)
    if not keeps_log(trial):
        raise IllegalTransition(_("The log is kept from the locked plan to the end of the trial."))
    if (token := fields.get("sent_as")) and (there := trial.log.filter(sent_as=token).first()):
        return there  # sent again, as nobody heard the first answer
    made = LogEntry(trial=trial, written_by=by, kind=kind, on=on, **fields)
    if on > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future.")})
    if kind == LogEntry.Kind.DEVIATION and not (made.reason_en.strip() or made.reason_zh.strip()):
        raise ValidationError({"reason_en": NO_REASON})
    made.full_clean()
    made.save()
    owner, title = trial.match.wish.organisation, _("Photograph %s")
    documents.photographs(made, by=by, organisation=owner, uploads=photographs, title=title)
    entry = record(trial, "log", by=by, details={"log": made.pk, "kind": kind})
    if kind == LogEntry.Kind.INCIDENT:
        raise_incident(trial, made, entry, by=by)
    return made


@transaction.atomic
def spend(trial: Trial, *, by: User, budget_spent: Decimal) -> Entry:
    """Record the money spent so far."""
    held(trial)
    if trial.status == Trial.Status.CLOSED:
        raise IllegalTransition(_("The trial is closed; its report says what was spent."))
    if trial.budgetlines.exists():
        raise IllegalTransition(_("What was spent is the sum of the lines of money. Change a line instead."))
    trial.budget_spent = budget_spent
    trial.full_clean()
    trial.save(update_fields=["budget_spent"])
    return record(trial, "spend", by=by, details={"spent": f"{budget_spent:.2f}"})


@transaction.atomic
def show_to_all(trial: Trial, *, by: User, parts: Collection[str]) -> Entry:
    """What everyone reads besides what is always public: the department's word, for money and for risks.

    :raises ValidationError: there is no such part.
    """
    held(trial)
    if set(parts) - set(Trial.Open.values):
        raise ValidationError(_("There is no such part of a trial."))
    trial.opened = sorted(parts)
    trial.save(update_fields=["opened"])
    return record(trial, "show_to_all", by=by, details={"parts": trial.opened})
