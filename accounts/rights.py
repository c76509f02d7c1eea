"""What people may before and after an administrator's change, as the journal keeps it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from accounts.models import Membership, Organisation, User
from accounts.signals import changed, person_changed

WATCHED: dict[type[Model], tuple[str, ...]] = {
    User: ("roles", "is_active", "is_staff", "is_superuser"),
    Organisation: ("kind", "is_confirmed"),  # who may write wishes or offer, and who bears the badge
}

Memberships = dict[tuple[int, int], str]
"""The role of (organisation, person)."""


@dataclass(frozen=True)
class Rights:
    own: dict[str, Any] = field(default_factory=dict)
    memberships: Memberships = field(default_factory=dict)


def rights_of(thing: User | Organisation) -> Rights:
    """As the database has them, locked until the change is made; two queries."""
    own = type(thing)._base_manager.select_for_update().filter(pk=thing.pk)
    side = {"user" if isinstance(thing, User) else "organisation": thing.pk}
    rows = Membership.objects.filter(**side).order_by("organisation_id", "user_id")
    return Rights(
        own.values(*WATCHED[type(thing)]).first() or {},
        {(org, who): role for org, who, role in rows.values_list("organisation_id", "user_id", "role")},
    )


def tell(
    thing: User | Organisation, verb: str, *, by: User, before: Rights, after: Rights, **more: Any
) -> None:
    """`change_rights` is told only where something of the thing's own differs; `more` stands beside it."""
    differing = [
        name for name in WATCHED[type(thing)] if before.own.get(name, ...) != after.own.get(name, ...)
    ]
    if differing or verb != "change_rights":
        said = {
            key: {name: side.own[name] for name in differing if name in side.own}
            for key, side in (("before", before), ("after", after))
        }
        if isinstance(thing, User):
            tell_person(thing, verb, by=by, **said, **more)
        else:
            changed.send(Organisation, organisation=thing, verb=verb, by=by, details=said)
    _tell_memberships(before.memberships, after.memberships, by)


def tell_person(person: User, verb: str, *, by: User, **details: Any) -> None:
    said = {"person": person.pk, "name": person.name, **details}
    person_changed.send(User, person=person, verb=verb, by=by, details=said)


def _tell_memberships(before: Memberships, after: Memberships, by: User) -> None:
    """Under the organisation, where its approvers read of memberships that they change themselves, too."""
    differing = [key for key in sorted(before | after) if before.get(key) != after.get(key)]
    organisations = Organisation.objects.in_bulk({organisation for organisation, _person in differing})
    people = User.objects.in_bulk({person for _organisation, person in differing})
    for organisation, person in differing:
        roles = {"from": before.get((organisation, person)), "to": after.get((organisation, person))}
        changed.send(
            Organisation,
            organisation=organisations[organisation],
            verb=_verb(**roles),
            by=by,
            details={
                "person": person,
                "name": people[person].name,
                **{key: role for key, role in roles.items() if role},
            },
        )


def _verb(**roles: str | None) -> str:
    if not roles["from"]:
        return "add_member"
    return "change_role" if roles["to"] else "remove_member"
