"""Many rows in one statement and one parameter, where lists of values or of CASEs take most of the time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Model

Row = Mapping[str, Any]  # column → value; of a JSON column, what it holds
BATCH = 1000


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """New rows, but none in the place of one that is there; columns that are not named get their defaults."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = {column for row in rows for column in row}
    constant = {
        field.column: field.get_default()
        for field in fields
        if field.column not in given and not field.unique
    }
    drawn = [field for field in fields if field.column not in given and field.unique]
    whole = [{**constant, **{field.column: field.get_default() for field in drawn}, **row} for row in rows]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    _each(
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {columns} FROM {_records(fields)}'  # noqa: S608
        " ON CONFLICT DO NOTHING",
        whole,
    )


def update(model: type[Model], rows: Sequence[Row]) -> None:
    """Rows that name their `id`, and the same columns each."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if field.column in rows[0]]
    columns = [f'"{field.column}"' for field in fields if not field.primary_key]
    told = ", ".join(f"{column} = r.{column}" for column in columns)
    table = f'"{model._meta.db_table}"'
    _each(f"UPDATE {table} AS t SET {told} FROM {_records(fields)} WHERE t.id = r.id", rows)  # noqa: S608


def _records(fields: Sequence[Field]) -> str:
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    return f"json_to_recordset(%s::json) AS r({types})"


def _each(statement: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        for part in _parts(rows):
            cursor.execute(statement, [json.dumps(part, default=_plain)])


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _plain(value: Any) -> str:
    """:raises TypeError: JSON cannot hold it, nor is it a time."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of a column.")
