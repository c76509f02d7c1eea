"""What becomes of the rows that name a person when they close their account, as every room says of its own.

A relation to a person of which nobody says it fails a test, as one that is not handed out does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import EmailField, Q

from accounts.models import User


@dataclass(frozen=True)
class Closing:
    """Who goes, by whom, when; `addresses` are theirs until now, in small letters."""

    person: User
    by: User
    at: datetime
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Fate:
    """`act` changes the rows of a relation; `why` is for who reads the table of a room."""

    why: str
    act: Callable[[Any, Closing], object]


@dataclass(frozen=True)
class Duty:
    """Why an account cannot be closed yet, and where it is handed over."""

    words: str
    url: str


Fates = Mapping[str, Fate]
Duties = Callable[[User], Iterable[Duty]]


def _stay(rows: Any, closing: Closing) -> None:
    """Their number leads to a closed account, which has neither name nor address."""


def goes(why: str) -> Fate:
    """The rows are removed."""
    return Fate(why, lambda rows, closing: rows.delete())


def stays(why: str) -> Fate:
    """The rows remain as they are, by a closed account."""
    return Fate(why, _stay)


def loses(why: str, **fields: Any) -> Fate:
    """Of the rows, `fields` are set to what is given."""
    return Fate(why, lambda rows, closing: rows.update(**fields))


WORK = stays("What was done for an organisation or the portal is part of its record.")


def rows_of(relation: str, closing: Closing) -> Any:
    """Of `room.Noun.field`, by the person's key or by any address of theirs."""
    label, name = relation.rsplit(".", 1)
    model = apps.get_model(label)
    rows = model._default_manager.all()
    if isinstance(model._meta.get_field(name), EmailField):
        found = (Q(**{f"{name}__iexact": one}) for one in closing.addresses)
        return rows.filter(reduce(or_, found, Q(pk__in=[])))
    return rows.filter(**{name: closing.person.pk})
