"""What a question names outright: a public number, a certificate, an organisation. Asked of the tables."""

import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Func, TextField

from accounts.filters import folded
from accounts.models import Organisation
from journal.models import Referenced
from solutions.models import Solution
from topics import standards
from wishes.models import Wish

NUMBER = re.compile(r"[A-Z]{1,2}-\d{4}-\d{4,}")
LONGEST = 40  # characters of a certificate's name
SHORTEST = 3  # characters of an organisation's name that are enough to mean it
FRESH = 60  # seconds after which a new name is known everywhere
NAMED = 3  # organisations: of a word that twenty have in their names none is meant
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}
JOINT = re.compile(r"(?<=[^\W\d_])[-‐‑–/](?=\d)|(?<=\d)[-‐‑–/](?=[^\W\d_])")


def loosened(query: str) -> str:
    """`IEEE-1789` as `IEEE 1789`, which is found in either writing; with its hyphen it is found in one."""
    return JOINT.sub(" ", query)


def bearing(query: str, sides: Sequence[str], most: int) -> list[tuple[str, int]]:
    """The public wishes and solutions with this number, or with this certificate asked for or held."""
    number = query.strip().upper()
    if NUMBER.fullmatch(number):
        return [(side, pk) for side in sides for pk in _keys(side, most, reference=number)]
    wanted = _squeezed(query)
    if len(query) > LONGEST or not any(letter.isdigit() for letter in wanted) or wanted.isdigit():
        return []
    same = {wanted} | {_squeezed(like.number) for like in standards.likes(query) if like.is_identical}
    found = []
    for side in sides:
        held = MODELS[side].objects.public().exclude(certificates=[])
        unnested = Func("certificates", function="unnest", output_field=TextField())
        names = held.order_by().values_list(unnested, flat=True).distinct()
        meant = [name for name in names if _squeezed(name) in same]
        found += [(side, pk) for pk in _keys(side, most, certificates__overlap=meant)] if meant else []
    return found


def _keys(side: str, most: int, **narrowed: Any) -> list[int]:
    rows = MODELS[side].objects.public().filter(**narrowed).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _squeezed(name: str) -> str:
    """`EN 12830:2018`, `en12830` and `EN-12830` are one."""
    said = unicodedata.normalize("NFKC", standards.normal(name)).casefold()
    return "".join(letter for letter in said if letter.isalnum())


def places(query: str, user: Any = None) -> list[tuple[str, Any]]:
    """Pages that a question names beside wishes and solutions: ("organisation", row), ("trial", row) …"""
    number = query.strip().upper()
    if NUMBER.fullmatch(number):
        return list(_numbered(number, user or AnonymousUser()))
    return [("organisation", row) for row in organisations(query)]


def _numbered(number: str, user: Any) -> Iterator[tuple[str, Any]]:
    """Whatever has public numbers in whichever room; wishes and solutions are results themselves."""
    for model in apps.get_models():
        if issubclass(model, Referenced) and model not in MODELS.values():
            rows: Any = model._default_manager
            for row in rows.visible_to(user).filter(reference=number):
                yield str(model._meta.model_name), row


def organisations(query: str) -> list[Organisation]:
    """Those with a word in their names that begins so, unless many have."""
    wanted = folded(" ".join(query.split()))
    if len(wanted) < SHORTEST and wanted.isascii():
        return []
    begins = re.compile(rf"(?<![a-z0-9]){re.escape(wanted)}")
    found = [pk for pk, names in known(int(time.time() // FRESH)) if begins.search(names)]
    meant = Organisation.objects.standing().filter(pk__in=found).order_by("pk")
    return list(meant) if 0 < len(found) <= NAMED else []


@lru_cache(1)
def known(at: int) -> list[tuple[int, str]]:
    """The names of all organisations, read once a minute: to fold them costs as much as a search."""
    rows = Organisation.objects.standing().values_list("pk", "name_en", "name_zh")
    return [(pk, folded(f"{english}\n{chinese}")) for pk, english, chinese in rows]
