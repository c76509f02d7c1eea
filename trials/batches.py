"""What sensors send, read row by row: a good row is taken though its neighbour is wrong (docs/adr/0053).

A batch is JSON or CSV. JSON is a list of readings, or an object with "readings" whose other members hold
for each of them. Of a reading: "metric", "at" (ISO 8601, or seconds or milliseconds since 1970), "value";
"sensor", "unit" and "phase" if wanted. A CSV file has the same names in its first row.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from trials import readings
from trials.readings import Problem, Row

MAX_BYTES = 2 * 2**20
MAX_ROWS = 10_000
MAX_REFUSED = 100  # that an answer lists; it counts the rest
OLDEST = timedelta(days=90)
SHARED = ("metric", "sensor", "unit", "phase")
MILLISECONDS = 1e11  # a number above is no second of this century


class Unreadable(ValueError):
    """Nothing of the batch could be understood; said in the reader's language."""


@dataclass(frozen=True)
class Expected:
    """What a trial's readings must be: by metric the method of its claim and its unit."""

    methods: dict[str, str]
    units: dict[str, str]
    phase_at: Callable[[datetime], str]  # for a reading that names none
    now: datetime


@dataclass
class Batch:
    rows: list[Row] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    sent_at: datetime | None = None  # by the clock of who sent it


def units_of(claims: Iterable[Any]) -> dict[str, str]:
    """The unit of each metric; what is only read beside a claim has none."""
    claims = list(claims)
    beside = {claim.companion: "" for claim in claims if claim.companion}
    return beside | {claim.metric: claim.unit for claim in claims}


def read_json(data: bytes, expected: Expected) -> Batch:
    """:raises Unreadable: it is no such JSON."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is not JSON in UTF-8: %s.") % error) from error
    shared: dict[str, Any] = {}
    sent_at = None
    if isinstance(found, dict):
        shared = {name: found[name] for name in SHARED if name in found}
        sent_at = _sent(found.get("sent_at"))
        found = found.get("readings", [found] if "value" in found else None)
    if not isinstance(found, list):
        raise Unreadable(_("The body must be a list of readings, or an object whose “readings” is one."))
    batch = check(((number, one) for number, one in enumerate(found, 1)), expected, shared)
    batch.sent_at = sent_at
    return batch


def read_csv(data: bytes, expected: Expected) -> Batch:
    """:raises Unreadable: it is no CSV file in UTF-8, or lacks a column."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        names = [name.strip().lower() for name in reader.fieldnames or []]
        reader.fieldnames = names
        if missing := [name for name in ("metric", "at", "value") if name not in names]:
            raise Unreadable(_("The first row must name the columns; missing: %s.") % ", ".join(missing))
        return check(((reader.line_num, one) for one in reader), expected, {})
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(_("The body is not a CSV file in UTF-8: %s.") % error) from error


def check(rows: Iterable[tuple[int, Any]], expected: Expected, shared: Mapping[str, Any]) -> Batch:
    """:raises Unreadable: there are more than `MAX_ROWS`."""
    batch = Batch()
    for count, (number, values) in enumerate(rows):
        if count == MAX_ROWS:
            raise Unreadable(_("A batch has at most 10,000 readings."))
        if not isinstance(values, dict):
            batch.refused.append(Problem(number, "", _("A reading is an object with metric, at and value.")))
            continue
        found = _row(number, {**shared, **values}, expected, batch.refused)
        batch.rows += [found] if found else []
    return batch


def _row(number: int, values: dict[str, Any], expected: Expected, refused: list[Problem]) -> Row | None:
    metric = str(values.get("metric") or "").strip()
    unit, wanted = values.get("unit"), expected.units.get(metric)
    if unit and wanted and same_unit(unit) != same_unit(wanted):
        message = _("“%(unit)s” is not the unit of this claim, %(wanted)s.")
        refused.append(Problem(number, "unit", message % {"unit": str(unit)[:40], "wanted": wanted}))
        return None
    try:
        at = moment(values.get("at"), expected.now)
    except ValueError as error:
        refused.append(Problem(number, "at", str(error)))
        return None
    phase = values.get("phase") or expected.phase_at(at)
    if fault := misplaced(phase, expected.phase_at(at)):
        refused.append(Problem(number, "phase", fault))
        return None
    return readings.row(number, {**values, "at": at, "phase": phase}, expected.methods, refused)


def misplaced(named: Any, actual: str) -> str:
    """Why a reading cannot be of the phase that its sender names; the moment of the start decides."""
    phase = str(named).strip().lower()
    if phase not in readings.PHASES or phase == actual:
        return ""
    if actual == "baseline":
        return _("Before the start only the baseline can be measured.")
    return _("Measured after the start, it belongs to the trial and not to the baseline.")


def moment(value: Any, now: datetime) -> datetime:
    """A clock may be some minutes ahead; one that fell back to its year of birth is told apart by its age.

    :raises ValueError: it is no time, or one that cannot be right.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            seconds = value / 1000 if abs(value) > MILLISECONDS else value
            at = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ValueError(_("The year cannot be right.")) from error
    else:
        at = readings.moment(value)
    if at > now + readings.AHEAD:
        raise ValueError(_("The time lies in the future."))
    if at < now - OLDEST:
        raise ValueError(_("The time is more than 90 days ago; bring older readings in by a file."))
    return at


def same_unit(unit: Any) -> str:
    """“℃” and “° C” are “°C”; capitals stay, as mW is not MW."""
    return "".join(unicodedata.normalize("NFKC", str(unit)).split())


def _sent(value: Any) -> datetime | None:
    """Only for a figure in the answer, so what cannot be read is left out."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC) if value else None
    except (ValueError, OverflowError):
        return None
