"""Answers as they were typed, and how two people's changes to them come together. Values in, values out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.datastructures import MultiValueDict

from wishes.models import Wish

Answers = dict[str, Any]  # field → text, list of chosen values, or for `kpis` a list of rows
Digests = Mapping[str, str]

ROW = ("metric", "unit", "baseline", "target", "method")
ROWS = 12  # measures of one wish
READ = 50  # rows that are read of a request, so that too many are an error that can be shown
CHOSEN = ("site_gives", "topics")  # any number of values; the rest is one text each
BILINGUAL = ("title", "need", "outcome", "constraints", "site", "access_hours", "environment")
TEXTS = (
    *(f"{name}_{language}" for name in BILINGUAL for language in ("en", "zh")),
    *("certificates", "trl_wanted", "budget", "months", "closes_on", "questions_until"),
    *("budget_holder", "vehicle", "decision_on"),
)


@dataclass(frozen=True)
class Clash:
    """A field that was changed here and elsewhere since this page was opened."""

    field: str
    mine: Any
    theirs: Any


def typed(fields: Iterable[str], posted: MultiValueDict) -> Answers:
    """What a request says of some fields, unjudged; browsers send each end of a line as two characters."""
    found: Answers = {}
    for name in fields:
        if name == "kpis":
            found[name] = _rows(posted)
        elif name in CHOSEN:
            found[name] = sorted(set(posted.getlist(name)))
        elif name in posted:
            found[name] = _text(posted.get(name))
    return found


def _text(value: Any) -> str:
    return str(value or "").replace("\r\n", "\n")


def _rows(posted: MultiValueDict) -> list[dict[str, str]]:
    rows = [{one: _text(posted.get(f"kpis-{n}-{one}")) for one in ROW} for n in range(READ)]
    return [row for row in rows if any(value.strip() for value in row.values())]


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


def form_data(answers: Answers) -> MultiValueDict:
    """As a browser would send it; also the measures, as their formset wants them."""
    data = MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in answers.items()}
    )
    rows: list[dict[str, str]] = data.pop("kpis", [])
    data["kpis-TOTAL_FORMS"], data["kpis-INITIAL_FORMS"] = str(len(rows)), "0"
    for number, row in enumerate(rows):
        for name, value in row.items():
            data[f"kpis-{number}-{name}"] = value
    return data


def is_said(answers: Answers, fields: Iterable[str]) -> bool:
    values = (answers.get(name) for name in fields)
    return any(value.strip() if isinstance(value, str) else value for value in values)


def answers_of(wish: Wish) -> Answers:
    """What a wish says, as people would have typed it: 12, not 12.0000."""
    said: Answers = {name: _written(getattr(wish, name)) for name in TEXTS}
    said["site_gives"] = sorted(wish.site_gives)
    said["topics"] = sorted(wish.topics.values_list("slug", flat=True))
    said["kpis"] = [{name: _written(getattr(kpi, name)) for name in ROW} for kpi in wish.kpis.order_by("pk")]
    return {name: value for name, value in said.items() if value}


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if hasattr(value, "normalize"):  # a Decimal
        return f"{value.normalize():f}"
    return _text(value)
