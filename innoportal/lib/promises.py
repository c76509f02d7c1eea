"""A pledge in words: who does what by when, how it stands, and what comes after."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innoportal.lib.templatetags.languages import day
from journal.clock import Due, State

PARTIES = {
    "department": gettext_lazy("The department"),
    "vendor": gettext_lazy("The vendor"),
    "parties": gettext_lazy("The department and the vendor"),
    "office": gettext_lazy("The portal office"),
    "expert": gettext_lazy("The experts"),
    "engineer": gettext_lazy("The trial engineer"),
    "verifier": gettext_lazy("The verifier"),
}
LISTED_OR_NOT = (
    gettext_lazy("The portal office decides by %(day)s whether it is listed."),
    gettext_lazy("Then it is public under a number, or you read why not and what would help."),
)
EXPERTS_ASKED = (
    gettext_lazy("The portal office asks the experts, or declines, by %(day)s."),
    gettext_lazy("Then two independent experts judge it."),
)
VERIFIED = (
    gettext_lazy("The verifier publishes the report or sends it back by %(day)s."),
    gettext_lazy("Then everyone can read it."),
)
ACKNOWLEDGED = (
    gettext_lazy("Somebody of the trial acknowledges the incident by %(day)s."),
    gettext_lazy("Then the trial engineer says how it ended."),
)
# (noun, step) → what is promised, and what comes after it
PROMISES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("wishes.wish", "submit"): (
        gettext_lazy("The department endorses it, or sends it back, by %(day)s."),
        gettext_lazy("Then the portal office screens it."),
    ),
    ("wishes.wish", "endorse"): (
        gettext_lazy("The portal office publishes it, or asks, by %(day)s."),
        gettext_lazy("Then vendors read it, and the portal looks for solutions that fit."),
    ),
    ("solutions.solution", "submit"): (
        gettext_lazy("The portal office confirms by %(day)s that it has it."),
        gettext_lazy("Then it is screened."),
    ),
    ("solutions.solution", "complete"): (
        gettext_lazy("The portal office confirms by %(day)s that it has it."),
        gettext_lazy("Then it is screened."),
    ),
    ("solutions.solution", "acknowledge"): LISTED_OR_NOT,
    ("solutions.solution", "reconsider"): LISTED_OR_NOT,
    ("matching.match", "shortlist"): EXPERTS_ASKED,
    ("matching.match", "reopen"): EXPERTS_ASKED,
    ("matching.match", "review"): (
        gettext_lazy("The experts decide by %(day)s."),
        gettext_lazy("Then a trial is planned, or both sides read why not."),
    ),
    ("trials.trial", "finish"): (
        gettext_lazy("The trial engineer begins the report by %(day)s."),
        gettext_lazy("Then the vendor comments on it."),
    ),
    ("trials.report", "comment"): VERIFIED,
    ("trials.report", "close_comment"): VERIFIED,
    ("trials.incident", "raise"): ACKNOWLEDGED,
    ("trials.incident", "alarm"): ACKNOWLEDGED,
}
LOOKS = {
    State.RUNNING: ("blue", "clock"),
    State.PAUSED: ("yellow", "clock"),
    State.KEPT: ("green", "check"),
    State.BROKEN: ("red", "warning"),
    State.ENDED: ("grey", "check"),
}


@dataclass(frozen=True)
class Promise:
    """What components/clocks.html reads of one clock."""

    due: Due
    text: str  # what is promised
    stand: str
    then: str
    word: str  # the state
    label: str  # all of it in a line of a list
    colour: str
    icon: str


def promise(due: Due) -> Promise:
    said, then = PROMISES.get((due.pledge.noun, due.step), (gettext_lazy("An answer is due by %(day)s."), ""))
    colour, icon = LOOKS[due.state]
    is_running = due.state in (State.RUNNING, State.PAUSED)
    is_today = due.state == State.RUNNING and not due.left
    return Promise(
        due=due,
        text=str(said) % {"day": day(due.due_on)} if due.state != State.PAUSED else _paused(due),
        stand=STANDS[due.state](due),
        then=str(then) if is_running or due.is_open else "",
        word=str(WORDS[due.state]),
        label=_label(due),
        colour="orange" if is_today else colour,
        icon=icon,
    )


def promises(dues: Iterable[Due]) -> list[Promise]:
    """What is owed now first, then what was, the newest before the older."""
    rows = [promise(due) for due in dues]
    rows.reverse()
    return sorted(rows, key=lambda one: not one.due.is_open)


def party(code: str) -> str:
    return str(PARTIES.get(code, code))


def _paused(due: Due) -> str:
    words = {"who": party(due.pledge.awaited), "day": day(due.paused_on)}
    return _("Paused since %(day)s: %(who)s must answer first.") % words


def _left(due: Due) -> str:
    words = ngettext("%(count)s working day is left.", "%(count)s working days are left.", due.left)
    return words % {"count": due.left} if due.left else _("That is today.")


def _left_after(due: Due) -> str:
    words = ngettext(
        "Once the answer is there, %(count)s working day is left.",
        "Once the answer is there, %(count)s working days are left.",
        due.left,
    )
    return words % {"count": due.left}


def _over(due: Due) -> str:
    if due.answered_on:
        words = ngettext(
            "Done on %(day)s, %(count)s working day late.",
            "Done on %(day)s, %(count)s working days late.",
            due.over,
        )
        return words % {"day": day(due.answered_on), "count": due.over}
    words = ngettext(
        "%(who)s is %(count)s working day late. The portal office has been told.",
        "%(who)s is %(count)s working days late. The portal office has been told.",
        due.over,
    )
    return words % {"who": party(due.debtor), "count": due.over}


def _kept(due: Due) -> str:
    return _("Done on %(day)s, in time.") % {"day": day(due.answered_on)}


def _ended(due: Due) -> str:
    return _("Withdrawn on %(day)s, before it was due.") % {"day": day(due.answered_on)}


STANDS = {
    State.RUNNING: _left,
    State.PAUSED: _left_after,
    State.KEPT: _kept,
    State.BROKEN: _over,
    State.ENDED: _ended,
}


def _label(due: Due) -> str:
    if due.state == State.BROKEN and due.is_open:
        return _("overdue since %(day)s") % {"day": day(due.due_on)}
    if due.state == State.PAUSED:
        return _("paused: %(who)s") % {"who": party(due.pledge.awaited)}
    if due.state == State.RUNNING:
        return _("due %(day)s") % {"day": day(due.due_on)}
    return str(WORDS[due.state])


WORDS = {
    State.RUNNING: gettext_lazy("Running"),
    State.PAUSED: gettext_lazy("Paused"),
    State.KEPT: gettext_lazy("Kept"),
    State.BROKEN: gettext_lazy("Not kept"),
    State.ENDED: gettext_lazy("Not needed"),
}
