"""The invented organisations and people of the story."""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Membership, Organisation, Partnership, User

CONTENT = Path(__file__).parent / "content"
PASSPHRASE = "trial before belief 2026"  # noqa: S105  of a demonstration on loopback; printed at its start


def content(name: str, file: str) -> list[dict[str, Any]]:
    """The tables `[[name]]` of a file in `content/`."""
    with (CONTENT / file).open("rb") as opened:
        return tomllib.load(opened)[name]


@dataclass
class Cast:
    """Who is in the story, by key."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    members: dict[str, User] = field(default_factory=dict)  # of an organisation, by its key
    approvers: dict[str, User] = field(default_factory=dict)


def assemble() -> Cast:
    cast = Cast()
    for row in content("organisation", "organisations.toml"):
        cast.organisations[row["key"]] = _organisation(row)
    for row in [*_named_people(), *_others(cast)]:
        _person(cast, row)
    return cast


def _named_people() -> list[dict[str, Any]]:
    return content("person", "people.toml")


def _others(cast: Cast):
    """A member and an approver for each organisation that the named people leave without."""
    named = {(row.get("of"), row.get("approver", False)) for row in _named_people() if not row.get("besides")}
    for key, organisation in cast.organisations.items():
        for approver in (False, True):
            if (key, approver) in named:
                continue
            word = "approver" if approver else "member"
            yield {
                "key": f"{key}-{word}",
                "name": f"{organisation.name_en.split(' (')[0]} {word}",
                "email": f"{word}.{key}@example.org",
                "of": key,
                "approver": approver,
                "language": ("en", "zh-hant")[len(cast.people) % 2],
            }


def _organisation(row: dict[str, Any]) -> Organisation:
    organisation = Organisation.objects.create(
        slug=row["key"],
        kind=row["kind"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        about_en=row.get("about_en", "An invented organisation of the demonstration."),
        about_zh=row.get("about_zh", "示範用的虛構機構。"),
        is_confirmed=True,
    )
    if "partner_since" in row:
        signed_on = timezone.localdate() + timedelta(days=row["partner_since"])
        Partnership.objects.create(organisation=organisation, signed_on=signed_on)
    return organisation


@cache
def _hashed() -> str:
    """Once for all: Argon2 takes its time for each."""
    return make_password(PASSPHRASE)


def _person(cast: Cast, row: dict[str, Any]) -> None:
    make = User.objects.create_superuser if row.get("administrator") else User.objects.create_user
    user = make(
        row["email"],
        None,
        name=row["name"],
        language=row.get("language", "en"),
        roles=row.get("roles", []),
    )
    User.objects.filter(pk=user.pk).update(password=_hashed())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    cast.people[row["key"]] = user
    if key := row.get("of"):
        role = Membership.Role.APPROVER if row.get("approver") else Membership.Role.MEMBER
        Membership.objects.create(user=user, organisation=cast.organisations[key], role=role)
        if not row.get("besides"):  # one of several, who does not speak for them in the story
            (cast.approvers if row.get("approver") else cast.members)[key] = user


def sign_ins() -> list[tuple[str, str]]:
    """(who they are, e-mail) of one person for each role."""
    return [(row["says"], row["email"]) for row in _named_people() if "says" in row]
