"""The department says whether anybody may take the readings of a trial away; nobody may until it does."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Trial
from trials.services.planning import held

OPEN, CLOSE = "open_data", "close_data"


@transaction.atomic
def open_data(trial: Trial, *, by: User) -> Entry:
    """The journal keeps who and when.

    :raises IllegalTransition: it is open already.
    """
    return _say(trial, OPEN, by)


@transaction.atomic
def close_data(trial: Trial, *, by: User) -> Entry:
    """From now on; what was taken away cannot be called back.

    :raises IllegalTransition: it is not open.
    """
    return _say(trial, CLOSE, by)


def _say(trial: Trial, verb: str, by: User) -> Entry:
    held(trial)
    if (data_opened(entries_of(trial)) is not None) == (verb == OPEN):
        raise IllegalTransition(_("It is so already."))
    return record(trial, verb, by=by)


def entries_of(trial: Trial) -> Iterable[Entry]:
    return Entry.objects.about(trial).filter(verb__in=(OPEN, CLOSE)).in_order()


def data_opened(entries: Iterable[Entry]) -> Entry | None:
    """The permission in force, of a trial's entries in their order."""
    last = None
    for entry in entries:
        last = entry if entry.verb in (OPEN, CLOSE) else last
    return last if last and last.verb == OPEN else None
