"""Fields of what hangs on a trial, from a form or from code, set and checked in one way."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def set_fields(row: Row, allowed: Collection[str], fields: Mapping[str, Any]) -> Row:
    """:raises TypeError: a field that nobody may set; :raises ValidationError: a value does not fit."""
    for name, value in fields.items():
        if name not in allowed:
            raise TypeError(f"{type(row).__name__} has no field {name!r} to be set")
        setattr(row, name, value)
    row.full_clean(validate_unique=False)
    return row


def changed(row: Model, allowed: Collection[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stood there before, of the fields that are about to be another; as the journal keeps it."""
    names = [name for name in allowed if name in fields]
    return {_column(row, name): plain(row, name) for name in names if getattr(row, name) != fields[name]}


def plain(row: Model, name: str) -> Any:
    """A value as JSON."""
    value = getattr(row, _column(row, name))
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _column(row: Model, name: str) -> str:
    found: str = row._meta.get_field(name).attname  # type: ignore[union-attr]
    return found
