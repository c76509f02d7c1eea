"""Whether everyone reads what a trial measures while it measures: its department decides."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Trial
from trials.services.planning import held


@transaction.atomic
def show_live(trial: Trial, *, by: User) -> Entry:
    """:raises IllegalTransition: it is public already, or its measuring is over."""
    return _switch(trial, by, shown=True)


@transaction.atomic
def hide_live(trial: Trial, *, by: User) -> Entry:
    """:raises IllegalTransition: it is not public, or its measuring is over and everyone reads it."""
    return _switch(trial, by, shown=False)


def _switch(trial: Trial, by: User, *, shown: bool) -> Entry:
    held(trial)
    if trial.status not in Trial.MEASURING:
        raise IllegalTransition(_("This is decided from the locked plan to the end of the measuring."))
    if trial.is_live_public == shown:
        raise IllegalTransition(_("It is so already."))
    trial.is_live_public = shown
    trial.save(update_fields=["is_live_public"])
    return record(trial, "show_live" if shown else "hide_live", by=by)
