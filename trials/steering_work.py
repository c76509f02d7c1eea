"""What waits for a person on a trial under way: incidents, changes to decide, actions of meetings."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row
from journal.clock import with_dues
from journal.models import Entry
from trials.case import of_person
from trials.models import Action, ChangeRequest, Incident
from trials.services.changing import side_to_agree


def steered(user: User, is_office: bool) -> Iterator[Row]:
    """A fixed number of queries, however many there are."""
    yield from _actions(user)
    yield from _incidents(user, is_office)
    if any(role == Membership.Role.APPROVER for role in user.membership_roles.values()):
        yield from _changes(user)


def _actions(user: User) -> Iterator[Row]:
    rows = Action.objects.open().filter(owner=user).order_by("due_on", "pk")
    for action in rows.select_related("meeting__trial__match__solution")[:MOST]:
        trial = action.meeting.trial
        yield Row(
            task=action.what,
            title=trial.title,
            url=reverse("trials:meetings", args=[trial.slug]),
            note=_("From a meeting"),
            until=action.due_on,
            since=action.meeting.written_at,
        )


def _incidents(user: User, is_office: bool) -> Iterator[Row]:
    """What nobody has acknowledged; whoever logged it waits for the others."""
    wanted = Q() if is_office else of_person(user, "trial__")
    rows = Incident.objects.unanswered().filter(wanted).for_rows().order_by("pk")
    for incident in with_dues(rows[:MOST]):
        is_mine = incident.entry.written_by_id != user.pk
        yield Row(
            task=_("Acknowledge the incident") if is_mine else party("parties"),
            title=incident.trial.title,
            url=incident.get_absolute_url(),
            thing=incident,
            note=incident.entry.get_severity_display(),
            due=incident.due,
            since=incident.entry.written_at,
            mine=is_mine,
        )


def _changes(user: User) -> Iterator[Row]:
    """Where this person's side has not agreed yet."""
    waiting = ChangeRequest.objects.filter(status=ChangeRequest.Status.PROPOSED).filter(
        of_person(user, "trial__")
    )
    rows = list(waiting.for_rows().order_by("pk")[:MOST])
    agreed = _agreed(rows)
    for change in rows:
        if side_to_agree(change, user, agreed[change.pk]):
            yield Row(
                task=_("Decide about a change"),
                title=change.trial.title,
                url=change.get_absolute_url(),
                thing=change,
                note=change.what,
                since=change.proposed_at,
            )


def _agreed(rows: list[Any]) -> dict[int, set[str]]:
    entries = Entry.objects.filter(
        noun=ChangeRequest._meta.label_lower, object_id__in=[one.pk for one in rows], verb="agree"
    )
    found: dict[int, set[str]] = {one.pk: set() for one in rows}
    for key, details in entries.values_list("object_id", "details"):
        found[key].add(str(details.get("side")))
    return found
