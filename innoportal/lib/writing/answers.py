"""Answers as they were typed, and how two people's changes to them come together. Values in, values out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict

Answers = dict[str, Any]  # field → text, list of chosen values, or of a table a list of rows
Digests = Mapping[str, str]

READ = 50  # rows that are read of a request, so that too many are an error that can be shown


@dataclass(frozen=True)
class Clash:
    """A field that was changed here and elsewhere since this page was opened."""

    field: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Shape:
    """Which fields are more than one text: so are requests read, and forms filled."""

    bilingual: tuple[str, ...] = ()  # stems of texts in two languages
    chosen: tuple[str, ...] = ()  # any number of values
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field → columns

    def typed(self, fields: Iterable[str], posted: MultiValueDict) -> Answers:
        """What a request says of some fields, unjudged; browsers send an end of a line as two characters."""
        found: Answers = {}
        for name in fields:
            if name in self.tables:
                found[name] = self._rows(name, posted)
            elif name in self.chosen:
                found[name] = sorted(set(posted.getlist(name)))
            elif name in posted:
                found[name] = plain(posted.get(name))
        return found

    def _rows(self, table: str, posted: MultiValueDict) -> list[dict[str, str]]:
        columns = self.tables[table]
        rows = [{one: plain(posted.get(f"{table}-{n}-{one}")) for one in columns} for n in range(READ)]
        return [row for row in rows if any(value.strip() for value in row.values())]

    def form_data(self, answers: Answers) -> MultiValueDict:
        """As a browser would send it; also the tables, as their formsets want them."""
        data = MultiValueDict(
            {name: value if isinstance(value, list) else [value] for name, value in answers.items()}
        )
        for table in self.tables:
            rows: list[dict[str, str]] = data.pop(table, [])
            data[f"{table}-TOTAL_FORMS"], data[f"{table}-INITIAL_FORMS"] = str(len(rows)), "0"
            for number, row in enumerate(rows):
                for name, value in row.items():
                    data[f"{table}-{number}-{name}"] = value
        return data

    def pairs(self, answers: Answers) -> list[tuple[str, str]]:
        """As hidden fields of a form."""
        return [(name, str(value)) for name, values in self.form_data(answers).lists() for value in values]


def plain(value: Any) -> str:
    return str(value or "").replace("\r\n", "\n")


def written(value: Any) -> str:
    """As somebody would have typed it: 12, not 12.0000."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if hasattr(value, "normalize"):  # a Decimal
        return f"{value.normalize():f}"
    return str(value).replace("\r\n", "\n")


def digest(value: Any) -> str:
    """Tells whether a value is still the one that a page was opened with; all that is empty is alike."""
    if not value:
        return ""
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def digests(answers: Answers, fields: Iterable[str]) -> dict[str, str]:
    return {name: digest(answers.get(name)) for name in fields}


def merge(
    stored: Answers, typed: Answers, seen: Digests, is_own: Callable[[str], bool] = lambda field: False
) -> tuple[Answers, list[Clash]]:
    """What is stored, with what was typed since `seen`; what both sides have changed stays as it is stored.

    `is_own(field)` tells that what is stored came from the very page that now says otherwise.
    """
    merged, clashes = dict(stored), []
    for name, mine in typed.items():
        theirs = stored.get(name)
        now, said, before = digest(theirs), digest(mine), seen.get(name, "")
        if said in (now, before):  # nothing new, or nothing typed here
            continue
        if now == before or is_own(name):
            merged[name] = mine
        else:
            clashes.append(Clash(name, mine, theirs))
    return merged, clashes


def is_said(answers: Answers, fields: Iterable[str]) -> bool:
    values = (answers.get(name) for name in fields)
    return any(value.strip() if isinstance(value, str) else value for value in values)
