"""What is to be otherwise than agreed: proposed by anyone who takes part, decided by both sides.

Each side's word is an entry of the journal, so that who agreed and when stays for ever.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from innoportal.languages import TRADITIONAL
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify, party
from trials.models import ChangeRequest, LogEntry, Trial
from trials.services.planning import held
from trials.services.running import OVER
from trials.services.signing import SIDES
from trials.services.telling import said_of, tell_sides
from trials.services.writing import set_fields
from trials.workflow import CHANGE

FIELDS = (
    *("what_en", "what_zh", "why_en", "why_zh", "on_claims_en", "on_claims_zh"),
    *("days", "money", "touches"),
)


@transaction.atomic
def propose(trial: Trial, *, by: User, **fields: Any) -> ChangeRequest:
    """Ask both sides.

    :raises IllegalTransition: the plan is not locked, when it can be changed itself, or the trial is over.
    """
    held(trial)
    if trial.status in OVER or trial.status == Trial.Status.PLANNING:
        raise IllegalTransition(_("Changes are asked for from the locked plan to the end of the trial."))
    change = set_fields(ChangeRequest(trial=trial, proposed_by=by), FIELDS, fields)
    change.save(force_insert=True)
    entry = record(change, "propose", by=by)
    sides = (trial.match.wish.organisation_id, trial.match.solution.organisation_id)
    people = party(*sides, approvers_only=True)
    notify(people, entry, "trials/mail/change_proposed", why=DUTY, **said_of(change, **_words(change)))
    return change


@transaction.atomic
def agree(change: ChangeRequest, *, by: User) -> Entry:
    """For the side whose approver this person is. With the second side's word it is accepted.

    :raises IllegalTransition: it is decided, the side has agreed already, or the trial is over.
    """
    change = _held(change)
    agreed = agreements(Entry.objects.about(change))
    side = side_to_agree(change, by, agreed)
    if change.status != ChangeRequest.Status.PROPOSED or change.trial.status in OVER:
        raise IllegalTransition(_("It is decided already, or the trial is over."))
    if not side:
        raise IllegalTransition(_("Your side has agreed to this change already."))
    entry = record(change, "agree", by=by, details={"side": side})
    if {*agreed, side} == {*SIDES}:
        _accept(change, by=by)
    return entry


@transaction.atomic
def decline_change(change: ChangeRequest, *, by: User, reason: str) -> Entry:
    """One side's no is enough, and both read why.

    :raises IllegalTransition: it is decided already; :raises ReasonRequired: there is no reason.
    """
    change = _held(change)
    entry = CHANGE["decline"].apply(change, by=by, reason=reason)
    tell_sides(change, entry, "change_declined", **_words(change))
    return entry


@transaction.atomic
def withdraw_change(change: ChangeRequest, *, by: User) -> Entry:
    """:raises IllegalTransition: it is decided already."""
    return CHANGE["withdraw"].apply(_held(change), by=by)


def side_to_agree(change: ChangeRequest, user: User, agreed: Iterable[str]) -> str:
    """For which this person may still agree, "" where there is none; the administrator for either."""
    return next(
        (
            side
            for side in SIDES
            if side not in agreed and (user.is_superuser or user.is_approver_of(change.parties[side]))
        ),
        "",
    )


def agreements(entries: Iterable[Entry]) -> dict[str, Entry]:
    """By side, of a change request's entries."""
    return {str(entry.details.get("side")): entry for entry in entries if entry.verb == "agree"}


def _accept(change: ChangeRequest, *, by: User) -> None:
    made = _deviation(change, by=by) if change.touches else None
    entry = CHANGE["accept"].apply(change, by=by, deviation=made)
    if made:
        record(change.trial, "log", by=by, details={"log": made.pk, "kind": made.kind, "change": change.pk})
    tell_sides(change, entry, "change_accepted", **_words(change))


def _deviation(change: ChangeRequest, *, by: User) -> LogEntry:
    """As the report prints it, in the languages in which it was asked for."""
    texts = {}
    for script, language in (("en", "en"), ("zh", TRADITIONAL)):
        if getattr(change, f"what_{script}"):
            with override(language):
                texts[f"text_{script}"] = deviation_text(change)
    reasons = {f"reason_{script}": getattr(change, f"why_{script}") for script in ("en", "zh")}
    made = LogEntry(
        trial=change.trial,
        kind=LogEntry.Kind.DEVIATION,
        on=timezone.localdate(),
        written_by=by,
        **texts,
        **reasons,
    )
    made.full_clean()
    made.save(force_insert=True)
    return made


def deviation_text(change: ChangeRequest) -> str:
    """What and with which effect, in the active language; why is the deviation's reason."""
    parts = [str(change.what)]
    if change.on_claims:
        parts.append(_("Effect on the claims: %s") % change.on_claims)
    if change.days:
        parts.append(_("Days: %+d") % change.days)
    if change.money:
        parts.append(_("Money (HK$): %s") % f"{change.money:+,.2f}")
    touched = [str(ChangeRequest.Part(part).label) for part in change.touches]
    parts.append(_("Parts of the plan: %s") % _(", ").join(touched))
    return "\n\n".join(parts)


def _held(change: ChangeRequest) -> ChangeRequest:
    """The trial first, as everywhere: of two who decide at once, the second sees the first's word."""
    held(change.trial)
    rows = ChangeRequest.objects.select_for_update(of=("self",)).for_rows()
    found: ChangeRequest = rows.get(pk=change.pk)
    return found


def _words(change: ChangeRequest) -> dict[str, Any]:
    return {"text": {"en": change.what_en, "zh": change.what_zh}}
