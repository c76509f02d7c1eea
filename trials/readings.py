"""Reads a file of measurements, CSV or XLSX: all its rows, or a list of what is wrong, by row and field."""

import csv
import io
import math
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from django.utils import timezone
from django.utils.translation import gettext as _

HONG_KONG = ZoneInfo("Asia/Hong_Kong")  # of times that name no offset
COLUMNS = ("metric", "at", "phase", "value", "sensor")
REQUIRED = COLUMNS[:4]
PHASES = ("baseline", "trial")
MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 200 * 2**20
MAX_ROWS = 100_000
MAX_PROBLEMS = 50
MANUAL = "manual"
AHEAD = timedelta(minutes=5)  # that a clock may be fast


@dataclass(frozen=True)
class Row:
    number: int  # as the spreadsheet counts it
    metric: str
    at: datetime
    phase: str
    value: float
    sensor: str

    @property
    def key(self) -> tuple[str, str, datetime]:
        return self.metric, self.sensor, self.at


@dataclass(frozen=True)
class Problem:
    row: int | None
    field: str
    message: str

    def __str__(self) -> str:
        if self.row is None:
            return self.message
        return _("Row %(row)s, %(field)s: %(message)s") % vars(self)


class Unusable(ValueError):
    """Nothing of the file was taken; `problems` says why, at most `MAX_PROBLEMS` of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems[:MAX_PROBLEMS]
        self.count = len(problems)
        super().__init__("; ".join(map(str, self.problems)))


def read(data: bytes, metrics: dict[str, str]) -> list[Row]:
    """`metrics`: the method of each claim by its metric; nothing else may be measured.

    :raises Unusable: with every problem found.
    """
    if len(data) > MAX_BYTES:
        raise whole(_("The file is larger than 10 MB."))
    table = _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    header = [str(cell or "").strip().lower() for cell in next(table, (0, []))[1]]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise whole(_("The first row must name the columns; missing: %s.") % ", ".join(missing))
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, cells in table:
        if not any(str(cell or "").strip() for cell in cells):
            continue
        if len(rows) + len(problems) >= MAX_ROWS:
            raise whole(_("The file has more than 100,000 rows; send it in parts."))
        values = dict(zip(header, cells, strict=False))
        found = row(number, values, metrics, problems)
        rows += [found] if found else []
    problems += _twice(rows)
    if problems:
        raise Unusable(problems)
    if not rows:
        raise whole(_("The file has no row of measurements."))
    return rows


def whole(message: str) -> Unusable:
    return Unusable([Problem(None, "", message)])


def _csv(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise whole(_("The file is neither a UTF-8 CSV file nor an XLSX file.")) from error
    if "\0" in text:
        raise whole(_("The file is neither a UTF-8 CSV file nor an XLSX file."))
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise whole(_("Row %s cannot be read as CSV.") % reader.line_num) from error


def _xlsx(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise whole(_("The spreadsheet unpacks to more than 200 MB."))
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, list(cells)
    except Unusable:
        raise
    except Exception as error:  # a broken spreadsheet can fail anywhere inside the reader
        raise whole(_("The spreadsheet is damaged.")) from error


def row(number: int, values: dict[str, Any], metrics: dict[str, str], problems: list[Problem]) -> Row | None:
    before = len(problems)

    def take(field: str, parse: Callable[[Any], Any]) -> Any:
        try:
            return parse(values.get(field))
        except ValueError as error:
            problems.append(Problem(number, field, str(error)))
            return None

    metric = take("metric", lambda cell: one_of(cell, tuple(metrics)))
    found = Row(
        number,
        metric,
        take("at", moment),
        take("phase", lambda cell: one_of(str(cell or "").lower(), PHASES)),
        take("value", lambda cell: number_of(cell, metrics.get(metric, ""))),
        take("sensor", sensor),
    )
    return found if len(problems) == before else None


def one_of(cell: Any, allowed: tuple[str, ...]) -> str:
    """:raises ValueError: in the reader's language."""
    text = str(cell or "").strip()
    if text not in allowed:
        raise ValueError(
            _("“%(text)s” is none of: %(allowed)s.") % {"text": text[:40], "allowed": ", ".join(allowed)}
        )
    return text


def moment(cell: Any) -> datetime:
    """Hong Kong time unless it says otherwise.

    :raises ValueError: it is no time, or lies in the future.
    """
    try:
        at = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell or "").strip())
    except ValueError as error:
        raise ValueError(_("“%s” is not a time such as 2026-03-01 14:00.") % str(cell or "")[:40]) from error
    at = at.replace(tzinfo=HONG_KONG) if at.tzinfo is None else at
    if not 2000 <= at.year <= 2200:
        raise ValueError(_("The year cannot be right."))
    if at > timezone.now() + AHEAD:
        raise ValueError(_("The time lies in the future."))
    return at


def number_of(cell: Any, method: str) -> float:
    """:raises ValueError: it is no finite number, or not 0 or 1 where cases are counted."""
    try:
        value = float("" if cell is None or isinstance(cell, bool) else str(cell).strip())
    except ValueError as error:
        raise ValueError(_("“%s” is not a number.") % str(cell if cell is not None else "")[:40]) from error
    if not math.isfinite(value) or abs(value) > 1e12:
        raise ValueError(_("The number is out of range."))
    _fits(value, method)
    return value


def _fits(value: float, method: str) -> None:
    """:raises ValueError: the method counts, and this is nothing that it counts."""
    if method == "proportion" and value not in (0.0, 1.0):
        raise ValueError(_("A share of successes is counted in 1 (success) and 0."))
    if method == "detection" and value not in (0.0, 1.0):
        raise ValueError(_("A detection is 1 (there) or 0 (not there), and so is what was truly so."))
    if method == "availability" and not 0 <= value <= 1:
        raise ValueError(_("Availability is 1 (up), 0 (down), or the share of the time between."))
    if method == "acceptance" and value not in (1.0, 2.0, 3.0, 4.0, 5.0):
        raise ValueError(_("An answer is a whole number from 1 to 5."))


def sensor(cell: Any) -> str:
    text = str(cell if cell is not None else "").strip() or MANUAL
    if len(text) > 80 or not text.isprintable():
        raise ValueError(_("The name of the sensor has more than 80 characters or cannot be printed."))
    return text


def _twice(rows: list[Row]) -> list[Problem]:
    """A file may repeat a reading, but not contradict itself."""
    first: dict[tuple[str, str, datetime], Row] = {}
    problems = []
    for row in rows:
        known = first.setdefault(row.key, row)
        if (known.value, known.phase) != (row.value, row.phase):
            message = _("row %s gives this sensor and time another value or phase.") % known.number
            problems.append(Problem(row.number, "value", message))
    return problems
