"""A life is a table: verb → from which states, to which state."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from accounts.models import Place, User
from journal.grounds import grounded
from journal.models import Entry, Stateful
from journal.together import action

happened = Signal()
"""Sent within the transaction of each entry: sender = the model, `entry`, `instance`."""


class IllegalTransition(Exception):
    """What was asked cannot be done in the state that the thing is in now."""


class ReasonRequired(ValueError):
    """A refusal must tell the other side why."""


def capacity_of(user: User | None, thing: models.Model) -> str:
    """In which capacity a person acts on a thing, as readers without their name may know it."""
    if user is None:
        return "system"
    parties: Mapping[str, int | None] = getattr(thing, "parties", {})
    for party, organisation_id in parties.items():
        if organisation_id and user.is_member_of(organisation_id):
            return party
    if found := getattr(thing, "party_of", _nobody)(user):
        return found
    if user.roles:
        return user.roles[0]
    return "administrator" if user.is_superuser else "member"


def _nobody(user: User) -> str:
    return ""


def in_place(capacity: str, place: Place | None) -> str:
    """The capacity of who takes another's place: `department/acting/Chan Tai-man`, for ever readable."""
    return f"{capacity}/{place.kind}/{place.name}" if place else capacity


def record(
    thing: models.Model,
    verb: str,
    *,
    by: User | None,
    reason: str = "",
    from_status: str = "",
    details: dict[str, Any] | None = None,
    place: Place | None = None,
) -> Entry:
    """Write an entry and tell the rooms above. For what happens without a change of state, too.

    `place` is whose place the person took in this.
    """
    if whole := action():
        details = {**(details or {}), "action": whole.number}
    entry = Entry.objects.create(
        noun=thing._meta.label_lower,
        object_id=thing.pk,
        reference=getattr(thing, "reference", None) or "",
        verb=verb,
        from_status=from_status,
        to_status=getattr(thing, "status", ""),
        actor_id=by.pk if by else None,
        actor_name=_name_of(by, thing),
        capacity=in_place(capacity_of(by, thing), place),
        reason=reason,
        details=details or {},
    )
    happened.send(sender=type(thing), entry=entry, instance=thing)
    return entry


def _name_of(by: User | None, thing: models.Model) -> str:
    """None for what a person does with their own account: their number tells who, as long as they have a name
    (docs/adr/0074)."""
    return "" if by is None or by == thing else by.name


class Transition:
    def __init__(self, verb: str, sources: Iterable[str], target: str, *, reason: bool = False) -> None:
        self.verb, self.sources, self.target, self.needs_reason = verb, frozenset(sources), target, reason

    def allows(self, thing: Stateful) -> bool:
        return thing.status in self.sources

    @transaction.atomic
    def apply(
        self,
        thing: Stateful,
        *,
        by: User | None,
        reason: str = "",
        details: dict[str, Any] | None = None,
        place: Place | None = None,
        ground: str = "",
        **changes: Any,
    ) -> Entry:
        """Move a thing and write what happened; of two who try at once, one wins.

        `ground` is a code of the list of why this verb refuses.

        :raises IllegalTransition: the thing is not, or is no longer, in a state that this verb leaves.
        :raises ReasonRequired: the verb refuses something and no reason was given.
        :raises ValidationError: the list has no such ground.
        """
        reason = reason.strip()
        if self.needs_reason and not reason:
            raise ReasonRequired(_("Say why: the other side reads your reason."))
        old = thing.status
        if old not in self.sources:
            raise IllegalTransition(_("This cannot be done in its present state."))
        if self.needs_reason:
            details = {**(details or {}), **grounded(thing._meta.label_lower, self.verb, ground)}
        rows = type(thing)._base_manager.filter(pk=thing.pk, status=old)  # type: ignore[attr-defined]
        if not rows.update(status=self.target, **changes):
            raise IllegalTransition(_("Someone else was quicker: its state has changed."))
        thing.status = self.target
        for name, value in changes.items():
            setattr(thing, name, value)
        return record(thing, self.verb, by=by, reason=reason, from_status=old, details=details, place=place)


class Workflow(dict[str, Transition]):
    """All verbs of a noun. `Workflow({"publish": ({S.DRAFT}, S.OPEN)}, refusals={"decline"})`."""

    def __init__(self, table: Mapping[str, tuple[Iterable[str], str]], refusals: Iterable[str] = ()) -> None:
        refusals = frozenset(refusals)
        if unknown := refusals - table.keys():
            raise ValueError(f"refusals that are no verbs: {sorted(unknown)}")
        super().__init__(
            (verb, Transition(verb, sources, target, reason=verb in refusals))
            for verb, (sources, target) in table.items()
        )

    def verbs_from(self, status: str) -> list[str]:
        return [verb for verb, transition in self.items() if status in transition.sources]
