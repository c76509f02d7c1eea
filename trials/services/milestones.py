"""Steps of a trial: the share that is done is always the share of these, and nobody types it."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.clock import today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Milestone, Trial
from trials.services.planning import held
from trials.services.running import OVER
from trials.services.writing import changed, set_fields

FIELDS = ("title_en", "title_zh", "due_on", "weight")


@transaction.atomic
def add_milestone(trial: Trial, *, by: User, **fields: Any) -> Milestone:
    """:raises IllegalTransition: the trial is over."""
    still_steered(trial)
    made = set_fields(Milestone(trial=trial), FIELDS, fields)
    made.save(force_insert=True)
    record(trial, "milestone", by=by, details={"milestone": made.pk})
    return made


@transaction.atomic
def change_milestone(milestone: Milestone, *, by: User, **fields: Any) -> Entry:
    """What it is and by when; what it was before stays in the journal.

    :raises IllegalTransition: it is reached, or the trial is over.
    """
    milestone = _held(milestone)
    if milestone.reached_on:
        raise IllegalTransition(_("It is reached. Open it again before you change it."))
    before = changed(milestone, FIELDS, fields)
    if "due_on" in before:
        milestone.set_on = today()
    set_fields(milestone, FIELDS, fields).save(update_fields=(*FIELDS, "set_on"))
    return record(
        milestone.trial, "change_milestone", by=by, details={"milestone": milestone.pk, "before": before}
    )


@transaction.atomic
def reach(milestone: Milestone, *, by: User, on: date | None = None) -> Entry:
    """Say that it is reached, today or on a day before.

    :raises IllegalTransition: it is reached already, or the trial is over.
    :raises ValidationError: the day lies in the future.
    """
    milestone = _held(milestone)
    if milestone.reached_on:
        raise IllegalTransition(_("It is reached already."))
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future.")})
    milestone.reached_on, milestone.reached_by = on, by
    milestone.save(update_fields=["reached_on", "reached_by"])
    details = {"milestone": milestone.pk, "on": on.isoformat()}
    return record(milestone.trial, "reach", by=by, details=details)


@transaction.atomic
def unreach(milestone: Milestone, *, by: User) -> Entry:
    """:raises IllegalTransition: it is not reached, or the trial is over."""
    milestone = _held(milestone)
    if not milestone.reached_on:
        raise IllegalTransition(_("It is not reached yet."))
    milestone.reached_on = milestone.reached_by = None
    milestone.save(update_fields=["reached_on", "reached_by"])
    return record(milestone.trial, "unreach", by=by, details={"milestone": milestone.pk})


def still_steered(trial: Trial) -> None:
    held(trial)
    if trial.status in OVER:
        raise IllegalTransition(_("The trial is over: its record stays as it is."))


def _held(milestone: Milestone) -> Milestone:
    """The trial first: of two at once, the second sees what the first did."""
    still_steered(milestone.trial)
    found: Milestone = Milestone.objects.select_for_update(of=("self",)).for_rows().get(pk=milestone.pk)
    return found
