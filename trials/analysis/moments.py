"""Readings brought into the series that a method reads."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from trials.analysis.values import Reading

OFFSET = timedelta(hours=8)  # no other time since 1979
HONG_KONG = timezone(OFFSET)
SPANS = (0, 60, 900, 3600, 86400)  # seconds that count as one moment: none, a minute, ... a day of Hong Kong
MEETING = 0.9  # share of a group's moments at which the one measured most often was measured, too
SHOWN = 120  # moments of a series that pairwise statistics compare; more are averaged in a row first

Series = list[tuple[datetime, float]]


def of_phase(readings: Sequence[Reading], phase: str) -> list[Reading]:
    return [one for one in readings if one.phase == phase]


def moments(readings: Sequence[Reading]) -> Series:
    """The mean of the sensors at each moment, in time order."""
    ordered = sorted(readings, key=lambda one: one.at)
    grouped = groupby(ordered, key=lambda one: one.at)
    return [(at, _mean(group)) for at, group in grouped]


def span_of(groups: Iterable[Iterable[datetime]]) -> int:
    """The shortest span within which these groups of times meet; that of a day if they meet in none."""
    timed = [list(times) for times in groups]
    for span in SPANS:
        slots = sorted(({_slot(at, span) for at in times} for times in timed), key=len, reverse=True)
        if all(len(few & slots[0]) >= MEETING * len(few) for few in slots[1:]):
            return span
    return SPANS[-1]


def together(
    readings: Sequence[Reading], group_of: Callable[[Reading], object]
) -> tuple[list[Reading], dict[str, int]]:
    """Readings of clocks that keep no common time, each sensor's mean in a span; and the spans by phase.

    Chosen by times alone, never by values. Where all meet at the same moments, nothing changes.
    """
    found: list[Reading] = []
    spans: dict[str, int] = {}
    for phase in sorted({one.phase for one in readings}):
        rows, groups = of_phase(readings, phase), dict[object, set[datetime]]()
        for one in rows:
            groups.setdefault(group_of(one), set()).add(one.at)
        spans[phase] = span_of(groups.values())
        found += _gathered(rows, spans[phase]) if spans[phase] else rows
    return found, {phase: span for phase, span in spans.items() if span}


def _gathered(readings: Sequence[Reading], span: int) -> list[Reading]:
    slots: dict[tuple[float, str, str], list[float]] = {}
    for one in readings:
        slots.setdefault((_slot(one.at, span), one.sensor, one.phase), []).append(one.value)
    return [
        Reading(datetime.fromtimestamp(slot * span, HONG_KONG) - OFFSET, sensor, phase, float(np.mean(found)))
        for (slot, sensor, phase), found in sorted(slots.items())
    ]


def _slot(at: datetime, span: int) -> float:
    """Days begin at midnight in Hong Kong."""
    seconds = at.timestamp()
    return (seconds + OFFSET.total_seconds()) // span if span else seconds


def values(series: Series) -> np.ndarray:
    return np.array([value for _at, value in series], dtype=float)


def days(readings: Sequence[Reading]) -> dict[date, float]:
    """The mean of each day in Hong Kong."""
    ordered = sorted(readings, key=lambda one: one.at)
    grouped = groupby(ordered, key=lambda one: one.at.astimezone(HONG_KONG).date())
    return {day: _mean(group) for day, group in grouped}


def step_of(found: Sequence[date]) -> float:
    """The usual number of days from one to the next."""
    steps = [(later - earlier).days for earlier, later in pairwise(found)]
    return float(median(steps)) if steps else 1.0


def condensed(series: np.ndarray) -> np.ndarray:
    """At most `SHOWN` values, each the mean of as many that follow each other."""
    if len(series) <= SHOWN:
        return series
    return np.array([part.mean() for part in np.array_split(series, SHOWN)])


def _mean(group: object) -> float:
    return float(np.mean([one.value for one in group]))  # type: ignore[attr-defined]
