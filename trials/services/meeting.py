"""Minutes of progress meetings, and what people took home from them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify
from trials.models import Action, Meeting, Trial
from trials.services.milestones import still_steered
from trials.services.risks import people_of
from trials.services.telling import said_of
from trials.services.writing import set_fields

FIELDS = ("present", "decisions_en", "decisions_zh")


@transaction.atomic
def minute(
    trial: Trial, *, by: User, on: date, actions: Iterable[Mapping[str, Any]] = (), **fields: Any
) -> Meeting:
    """Write what was decided, and give each action to who does it: `what`, `owner`, `due_on`.

    :raises IllegalTransition: the trial is over.
    :raises ValidationError: the day lies in the future, or an owner takes no part in the trial.
    """
    still_steered(trial)
    if on > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future.")})
    meeting = set_fields(Meeting(trial=trial, on=on, written_by=by), FIELDS, fields)
    meeting.save(force_insert=True)
    made = [_action(meeting, given) for given in actions]
    entry = record(trial, "minute", by=by, details={"meeting": meeting.pk, "actions": len(made)})
    for owner in {action.owner_id: action.owner for action in made}.values():
        own = "\n".join(
            f"– {one.what} ({one.due_on.isoformat()})" for one in made if one.owner_id == owner.pk
        )
        notify([owner], entry, "trials/mail/actions", why=DUTY, **said_of(meeting, text=own))
    return meeting


def _action(meeting: Meeting, given: Mapping[str, Any]) -> Action:
    action = Action(meeting=meeting, **given)
    if not people_of(meeting.trial).filter(pk=action.owner_id).exists():
        raise ValidationError(_("“%s” is given to somebody who takes no part in this trial.") % action.what)
    action.full_clean()
    action.save(force_insert=True)
    return action


@transaction.atomic
def finish_action(action: Action, *, by: User) -> Entry:
    """:raises IllegalTransition: it is done already."""
    trial = action.meeting.trial
    if not Action.objects.open().filter(pk=action.pk).update(done_on=timezone.localdate()):
        raise IllegalTransition(_("It is done already."))
    return record(trial, "finish_action", by=by, details={"action": action.pk})
