"""What endpoints can be told of: which verb of which noun, and who may hear of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.models import Entry


@dataclass(frozen=True)
class Event:
    code: str
    label: Promise
    noun: str
    verbs: frozenset[str]
    ends: bool = False  # tells that something is public no more: nothing but its number and its state
    parties_only: bool = False


def _event(code: str, label: Promise, noun: str, *verbs: str, **rest: bool) -> Event:
    return Event(code, label, noun, frozenset(verbs), **rest)


PING = "webhook.test"
EVENTS = (
    _event("wish.published", _("A wish is published"), "wishes.wish", "publish", "announce", "renew"),
    _event(
        *("wish.closed", _("A wish is closed"), "wishes.wish"),
        *("resolve", "expire", "withdraw", "merge"),
        ends=True,
    ),
    _event("call.announced", _("A call is announced"), "wishes.call", "publish"),
    _event("call.opened", _("A call opens"), "wishes.call", "open"),
    _event("solution.listed", _("A solution is listed"), "solutions.solution", "list", "renew"),
    _event(
        *("solution.ended", _("A solution is listed no more"), "solutions.solution"),
        *("expire", "withdraw"),
        ends=True,
    ),
    _event(
        *("match.approved", _("A match of our own is approved"), "matching.match", "approve"),
        parties_only=True,
    ),
    _event("trial.started", _("A trial starts"), "trials.trial", "start"),
    _event("trial.finished", _("A trial is measured to its end"), "trials.trial", "finish"),
    _event("trial.stopped", _("A trial is stopped"), "trials.trial", "stop"),
    _event("report.published", _("A report is published"), "trials.report", "publish"),
    _event("report.withdrawn", _("A report is withdrawn"), "trials.report", "withdraw"),
)
BY_VERB = {(event.noun, verb): event for event in EVENTS for verb in event.verbs}
LABELS = {event.code: event.label for event in EVENTS} | {PING: _("Test")}


def event_of(entry: Entry, thing: Any) -> Event | None:
    """The event that an entry is, if it is one and concerns what is or was public."""
    event = BY_VERB.get((entry.noun, entry.verb))
    if event is None or event.parties_only:
        return event
    was_public = entry.from_status in type(thing).PUBLIC
    return event if (was_public if event.ends else thing.is_public) else None
