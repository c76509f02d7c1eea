"""What the columns of a file of readings are: guessed from their names and first rows, said by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trials import readings
from trials.batches import misplaced, same_unit
from trials.readings import Problem, Row

ISO, DAY_FIRST, MONTH_FIRST, EPOCH = "iso", "dmy", "mdy", "epoch"
HONG_KONG = "Asia/Hong_Kong"
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's days have no zone
NAMES = {
    "time": ("at", "time", "timestamp", "datetime", "date_time", "date", "when", "時間", "日期時間", "日期"),
    "value": ("value", "reading", "val", "數值", "讀數", "值"),
    "metric": ("metric", "indicator", "parameter", "指標", "參數"),
    "sensor": ("sensor", "sensor_id", "device", "meter", "point", "tag", "感測器", "裝置", "儀表", "測點"),
    "unit": ("unit", "units", "uom", "單位"),
    "phase": ("phase", "階段"),
}
WRITTEN = re.compile(
    r"(\d{1,4})[/.\-年](\d{1,2})[/.\-月](\d{1,4})日?"
    r"(?:[T\s]+(上午|下午)?\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?)?"
)
WORDS = {"基線": "baseline", "試驗": "trial"}


@dataclass(frozen=True)
class Columns:
    """A column's name, or what holds for every row without one; an empty phase follows from the start."""

    time: str
    value: str
    order: str = ISO
    zone: str = HONG_KONG
    metric: str = ""
    every_metric: str = ""
    sensor: str = ""
    every_sensor: str = ""
    unit: str = ""
    phase: str = ""
    every_phase: str = ""


def guess(
    columns: Sequence[str], sample: Sequence[Mapping[str, Any]], metrics: Sequence[str]
) -> dict[str, str]:
    """The likely answer to each question of the page."""
    found = {role: next((name for name in names if name in columns), "") for role, names in NAMES.items()}
    if not found["value"]:
        taken = set(found.values())
        found["value"] = next((one for one in columns if one not in taken and _is_number(one, sample)), "")
    if not found["metric"]:
        found["every_metric"] = found["value"] if found["value"] in metrics else next(iter(metrics), "")
    order, _is_sure = order_of([row.get(found["time"]) for row in sample])
    return {**found, "order": order, "zone": HONG_KONG}


def _is_number(name: str, sample: Sequence[Mapping[str, Any]]) -> bool:
    cells = [row[name] for row in sample if row.get(name) not in (None, "")]
    try:
        [float(str(cell).replace(",", "")) for cell in cells]
    except ValueError:
        return False
    return bool(cells)


def order_of(cells: Sequence[Any]) -> tuple[str, bool]:
    """How dates are written, and whether the cells leave no doubt of it."""
    texts = [str(cell).strip() for cell in cells if cell not in (None, "") and not isinstance(cell, datetime)]
    if not texts or all(_is_iso(text) for text in texts):
        return ISO, True
    if all(re.fullmatch(r"\d{9,13}(\.\d+)?", text) for text in texts):
        return EPOCH, True
    parts = [found.groups() for text in texts if (found := WRITTEN.match(text))]
    if any(int(first) > 12 for first, *_rest in parts):
        return DAY_FIRST, True
    if any(int(second) > 12 for _first, second, *_rest in parts):
        return MONTH_FIRST, True
    return DAY_FIRST, False  # as in Hong Kong


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        found = WRITTEN.match(text)
        return bool(found) and len(found[1]) == 4  # type: ignore[index]
    return True


def moment(cell: Any, order: str, zone: ZoneInfo) -> datetime:
    """:raises ValueError: it is no time written so."""
    if isinstance(cell, datetime):
        at = cell
    elif order == EPOCH:
        at = _epoch(cell)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        at = EXCEL_EPOCH + timedelta(days=float(cell))
    else:
        at = _text(str(cell if cell is not None else "").strip(), order)
    return readings.moment(at.replace(tzinfo=zone) if at.tzinfo is None else at)


def _epoch(cell: Any) -> datetime:
    try:
        seconds = float(str(cell))
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(_("“%s” is not a number of seconds since 1970.") % str(cell)[:40]) from error


def _text(text: str, order: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        found = WRITTEN.fullmatch(text)
        if not found:
            raise ValueError(text)
        return _of_parts(found.groups(), order)
    except ValueError as error:
        said = {DAY_FIRST: "31/12/2026 14:00", MONTH_FIRST: "12/31/2026 14:00"}.get(order, "2026-12-31 14:00")
        message = _("“%(text)s” is not a time such as %(example)s.")
        raise ValueError(message % {"text": text[:40], "example": said}) from error


def _of_parts(parts: Sequence[str | None], order: str) -> datetime:
    """:raises ValueError: there is no such day or hour."""
    first, second, third, before, hour, minute, second_of, after = parts
    numbers = [int(part or 0) for part in (first, second, third)]
    if len(first or "") == 4:
        year, month, day = numbers
    else:
        day, month, year = numbers if order != MONTH_FIRST else (numbers[1], numbers[0], numbers[2])
        year += 2000 if year < 100 else 0
    hours = int(hour or 0)
    half = {"上午": "am", "下午": "pm"}.get(before or "", (after or "").lower())
    if half and not 1 <= hours <= 12:
        raise ValueError(hours)
    hours = hours % 12 + (12 if half == "pm" else 0) if half else hours
    return datetime(year, month, day, hours, int(minute or 0), int(second_of or 0))  # noqa: DTZ001  its zone follows


class Reader:
    """Rows of a file as readings, by what a person said of its columns."""

    def __init__(
        self, columns: Columns, methods: dict[str, str], units: dict[str, str], phase_at: Any
    ) -> None:
        self.columns, self.methods, self.units, self.phase_at = columns, methods, units, phase_at
        self.zone = ZoneInfo(columns.zone)

    def read(self, line: int, cells: Mapping[str, Any], problems: list[Problem]) -> Row | None:
        """None, and what is wrong in `problems`, by the names of the file's own columns."""
        said = self.columns
        try:
            at = moment(cells.get(said.time), said.order, self.zone)
        except ValueError as error:
            problems.append(Problem(line, said.time, str(error)))
            return None
        values = {
            "metric": self._cell(cells, said.metric) or said.every_metric,
            "at": at,
            "phase": self._phase(cells, at),
            "value": _number(cells.get(said.value)),
            "sensor": self._cell(cells, said.sensor) or said.every_sensor,
        }
        before = len(problems)
        row = readings.row(line, values, self.methods, problems)
        if row and (fault := self._unit_fault(cells, row.metric)):
            problems.append(Problem(line, said.unit, fault))
        # A person may bring in what was measured before somebody pressed Start: the report prints the days.
        if row and row.phase == "baseline" and (fault := misplaced(row.phase, self.phase_at(at))):
            problems.append(Problem(line, "phase", fault))
        problems[before:] = [
            Problem(one.row, self._name_of(one.field), one.message) for one in problems[before:]
        ]
        return row if len(problems) == before else None

    def _cell(self, cells: Mapping[str, Any], name: str) -> str:
        cell = cells.get(name) if name else None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return str(cell if cell is not None else "").strip()

    def _phase(self, cells: Mapping[str, Any], at: datetime) -> str:
        written = self._cell(cells, self.columns.phase).lower()
        return WORDS.get(written, written) or self.columns.every_phase or self.phase_at(at)

    def _unit_fault(self, cells: Mapping[str, Any], metric: str) -> str:
        unit, wanted = self._cell(cells, self.columns.unit), self.units.get(metric, "")
        if not unit or not wanted or same_unit(unit) == same_unit(wanted):
            return ""
        message = _("“%(unit)s” is not the unit of this claim, %(wanted)s.")
        return message % {"unit": unit[:40], "wanted": wanted}

    def _name_of(self, field: str) -> str:
        """The file's own column; where it has none, the question of the page."""
        names = {"at": self.columns.time, "value": self.columns.value}
        return names.get(field) or getattr(self.columns, field, "") or field


def _number(cell: Any) -> Any:
    """“1,234.5” is a number of a spreadsheet; “1,5” is left to be refused, as it may be either."""
    text = str(cell).strip() if cell is not None else ""
    return text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text) else cell
