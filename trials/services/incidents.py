"""What becomes of an incident: told at once, acknowledged by somebody in time, closed with a word on how.

How soon it must be acknowledged is a pledge of the journal; the portal office hears of each that is not.
"""

from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify, party
from trials.models import Incident, LogEntry, Trial
from trials.services.telling import said_of, tell_parties, tell_sides
from trials.workflow import INCIDENT, TRIAL

MANY = 200  # characters of an incident within the reason of a pause


def raise_incident(trial: Trial, logged: LogEntry, entry: Entry, *, by: User) -> Incident:
    """Tell of it as its severity asks, and pause the trial where its plan says so."""
    incident = Incident.objects.create(trial=trial, entry=logged)
    if logged.severity == LogEntry.Severity.LOW:
        return incident
    is_severe = logged.severity == LogEntry.Severity.HIGH
    INCIDENT["alarm" if is_severe else "raise"].apply(incident, by=by)
    text = {"en": logged.text_en, "zh": logged.text_zh}
    tell_sides(incident, entry, "incident", text=text, urgent=is_severe)
    if is_severe and TRIAL["pause"].allows(trial):
        _pause_by_rule(trial, incident, by=by)
    return incident


def _pause_by_rule(trial: Trial, incident: Incident, *, by: User) -> None:
    text = incident.entry.text_en or incident.entry.text_zh
    if trial.severe == Trial.OnSevere.PAUSE:
        entry = TRIAL["pause"].apply(trial, by=by, reason=_("Severe incident: %s") % text[:MANY])
        tell_parties(trial, entry, "paused", urgent=True)
        return
    incident.wants_pause = True
    incident.save(update_fields=["wants_pause"])
    entry = record(trial, "ask_pause", by=by, details={"incident": incident.pk})
    sides = (trial.match.wish.organisation_id, trial.match.solution.organisation_id)
    people = chain(party(*sides, approvers_only=True), [trial.engineer], User.objects.with_role(Role.OFFICE))
    words = {"en": incident.entry.text_en, "zh": incident.entry.text_zh}
    notify(people, entry, "trials/mail/pause_wanted", why=DUTY, **said_of(incident, text=words))


@transaction.atomic
def acknowledge(incident: Incident, *, by: User) -> Entry:
    """The first moves it on and stops its clock; whoever reads it after that may say so, too, once.

    :raises IllegalTransition: it waits for nobody, or this person has acknowledged or logged it.
    """
    incident = _held(incident)
    if incident.entry.written_by_id == by.pk:
        raise IllegalTransition(_("You logged it: somebody else acknowledges it."))
    if INCIDENT["acknowledge"].allows(incident):
        return INCIDENT["acknowledge"].apply(incident, by=by)
    if incident.status != Incident.Status.ACKNOWLEDGED:
        raise IllegalTransition(_("It waits for nobody."))
    if Entry.objects.about(incident).filter(verb="acknowledge", actor_id=by.pk).exists():
        raise IllegalTransition(_("You have acknowledged it already."))
    return record(incident, "acknowledge", by=by)


@transaction.atomic
def close_incident(incident: Incident, *, by: User, reason: str) -> Entry:
    """Say how it ended. What must be acknowledged is not closed before.

    :raises IllegalTransition: nobody has acknowledged it, or it is closed.
    """
    incident = _held(incident)
    if incident.status == Incident.Status.RAISED:
        raise IllegalTransition(_("It is closed once somebody has acknowledged it."))
    entry = INCIDENT["close"].apply(incident, by=by, reason=reason)
    if incident.entry.severity != LogEntry.Severity.LOW:
        tell_sides(incident, entry, "incident_closed")
    return entry


def answers(incidents: list[Incident]) -> dict[int, list[Entry]]:
    """Who acknowledged and closed each, in their order; one query."""
    noun = Incident._meta.label_lower
    rows = Entry.objects.filter(noun=noun, object_id__in=[one.pk for one in incidents])
    found: dict[int, list[Entry]] = {one.pk: [] for one in incidents}
    for entry in rows.filter(verb__in=("acknowledge", "close")).in_order():
        found[entry.object_id].append(entry)
    return found


def _held(incident: Incident) -> Incident:
    """Of two who answer at once, the second sees the first's answer."""
    rows = Incident.objects.select_for_update(of=("self",)).for_rows()
    found: Incident = rows.get(pk=incident.pk)
    return found
