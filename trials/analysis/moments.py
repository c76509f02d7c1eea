"""Readings brought into the series that a method reads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from statistics import median

import numpy as np

from trials.analysis.series import EPOCH, Columns, begins_of, joined, means, ticks
from trials.analysis.values import Reading

HONG_KONG = timezone(timedelta(hours=8))  # no other time since 1979
DAWN = datetime(2000, 1, 1, tzinfo=HONG_KONG)
# Seconds that count as one moment (none, a minute, ... a day of Hong Kong), and where the first one begins:
# what is read just before and just after the full minute is of one moment, too.
SPANS = ((0, 0), (60, 0), (60, 30), (900, 0), (900, 450), (3600, 0), (3600, 1800), (86400, 0))
MEETING = 0.9  # share of a group's moments at which the one measured most often was measured, too
SHOWN = 120  # moments of a series that pairwise statistics compare; more are averaged in a row first

SECOND = 1_000_000  # of the ticks of a series
DAY = 86400 * SECOND

Span = tuple[int, int]


@dataclass(frozen=True)
class Series:
    """Values at moments, in time order; `at` in microseconds since 1970."""

    at: np.ndarray
    value: np.ndarray

    def __len__(self) -> int:
        return len(self.at)


def of_phase(readings: Sequence[Reading], phase: str) -> Columns:
    return Columns.of(readings).of_phase(phase)


def moments(readings: Sequence[Reading]) -> Series:
    """The mean of the sensors at each moment, in time order."""
    return _grouped(Columns.of(readings), Columns.of(readings).at)


def _grouped(readings: Columns, keys: np.ndarray) -> Series:
    """The mean of the readings of each key, such as a moment or a day, in the order of keys."""
    order = np.argsort(keys, kind="stable")
    keys, found = keys[order], readings.value[order]
    begins = begins_of(keys)
    return Series(keys[begins], means(found, begins))


def span_of(groups: Iterable[np.ndarray]) -> Span:
    """The shortest span within which these groups of times meet; that of a day if they meet in none."""
    timed = list(groups)
    for span in SPANS:
        slots = sorted((np.unique(_slots(times, span)) for times in timed), key=len, reverse=True)
        if all(len(np.intersect1d(few, slots[0], True)) >= MEETING * len(few) for few in slots[1:]):
            return span
    return SPANS[-1]


def together(
    readings: Sequence[Reading], group_of: Callable[[Reading], object]
) -> tuple[Columns, dict[str, int]]:
    """Readings of clocks that keep no common time, each sensor's mean in a span; and its seconds by phase.

    Chosen by times alone, never by values. Where all meet at the same moments, nothing changes. `group_of` is
    asked of one reading of each sensor.
    """
    whole = Columns.of(readings)
    found: list[Columns] = []
    seconds: dict[str, int] = {}
    for phase in whole.named(whole.phase):
        rows = whole.of_phase(phase)
        span = span_of(_times(rows, group_of))
        found.append(_gathered(rows, span) if span[0] else rows)
        seconds |= {phase: span[0]} if span[0] else {}
    return joined(found) if found else whole, seconds


def _times(rows: Columns, group_of: Callable[[Reading], object]) -> list[np.ndarray]:
    """The moments at which each group was measured."""
    codes, first = np.unique(rows.sensor, return_index=True)
    groups: dict[object, list[int]] = {}
    for code, place in zip(codes, first, strict=True):
        groups.setdefault(group_of(rows[place]), []).append(code)
    return [np.unique(rows.at[np.isin(rows.sensor, own)]) for own in groups.values()]


def _gathered(readings: Columns, span: Span) -> Columns:
    slots = _slots(readings.at, span)
    order = np.lexsort((readings.sensor, slots))
    slots, rows = slots[order], readings.chosen(order)
    begins = begins_of(slots, rows.sensor)
    return Columns(
        slots[begins], rows.sensor[begins], rows.phase[begins], means(rows.value, begins), rows.names
    )


def _slots(at: np.ndarray, span: Span) -> np.ndarray:
    """When the span begins in which each moment lies; days begin at midnight in Hong Kong."""
    if not span[0]:
        return at
    first, length = ticks(DAWN) + span[1] * SECOND, span[0] * SECOND
    return (at - first) // length * length + first


def days_of(at: np.ndarray) -> np.ndarray:
    """The days of Hong Kong, as numbers since 1970."""
    return (at - ticks(EPOCH.replace(tzinfo=HONG_KONG))) // DAY


def values(series: Series) -> np.ndarray:
    return series.value


def days(readings: Sequence[Reading]) -> dict[date, float]:
    """The mean of each day in Hong Kong."""
    rows = Columns.of(readings)
    order = np.argsort(rows.at, kind="stable")
    rows = rows.chosen(order)
    found = _grouped(rows, days_of(rows.at))
    first = EPOCH.date()
    return {
        first + timedelta(days=int(day)): float(value)
        for day, value in zip(found.at, found.value, strict=True)
    }


def step_of(found: Sequence[date]) -> float:
    """The usual number of days from one to the next."""
    steps = [(later - earlier).days for earlier, later in pairwise(found)]
    return float(median(steps)) if steps else 1.0


def condensed(series: np.ndarray) -> np.ndarray:
    """At most `SHOWN` values, each the mean of as many that follow each other."""
    if len(series) <= SHOWN:
        return series
    return np.array([part.mean() for part in np.array_split(series, SHOWN)])
