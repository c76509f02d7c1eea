"""Readings brought into the series that a method reads."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from trials.analysis.values import Reading

HONG_KONG = timezone(timedelta(hours=8))  # no other time since 1979
DAWN = datetime(2000, 1, 1, tzinfo=HONG_KONG)
# Seconds that count as one moment (none, a minute, ... a day of Hong Kong), and where the first one begins:
# what is read just before and just after the full minute is of one moment, too.
SPANS = ((0, 0), (60, 0), (60, 30), (900, 0), (900, 450), (3600, 0), (3600, 1800), (86400, 0))
MEETING = 0.9  # share of a group's moments at which the one measured most often was measured, too
SHOWN = 120  # moments of a series that pairwise statistics compare; more are averaged in a row first

Span = tuple[int, int]
Series = list[tuple[datetime, float]]


def of_phase(readings: Sequence[Reading], phase: str) -> list[Reading]:
    return [one for one in readings if one.phase == phase]


def moments(readings: Sequence[Reading]) -> Series:
    """The mean of the sensors at each moment, in time order."""
    ordered = sorted(readings, key=lambda one: one.at)
    grouped = groupby(ordered, key=lambda one: one.at)
    return [(at, _mean(group)) for at, group in grouped]


def span_of(groups: Iterable[Iterable[datetime]]) -> Span:
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
    """Readings of clocks that keep no common time, each sensor's mean in a span; and its seconds by phase.

    Chosen by times alone, never by values. Where all meet at the same moments, nothing changes.
    """
    found: list[Reading] = []
    seconds: dict[str, int] = {}
    for phase in sorted({one.phase for one in readings}):
        rows = of_phase(readings, phase)
        groups: dict[object, set[datetime]] = {}
        for one in rows:
            groups.setdefault(group_of(one), set()).add(one.at)
        span = span_of(groups.values())
        found += _gathered(rows, span) if span[0] else rows
        seconds |= {phase: span[0]} if span[0] else {}
    return found, seconds


def _gathered(readings: Sequence[Reading], span: Span) -> list[Reading]:
    slots: dict[tuple[datetime, str, str], list[float]] = {}
    for one in readings:
        slots.setdefault((_slot(one.at, span), one.sensor, one.phase), []).append(one.value)
    return [
        Reading(begins, sensor, phase, float(np.mean(found)))
        for (begins, sensor, phase), found in sorted(slots.items())
    ]


def _slot(at: datetime, span: Span) -> datetime:
    """When the span begins in which this moment lies; days begin at midnight in Hong Kong."""
    if not span[0]:
        return at
    since = (at - DAWN).total_seconds() - span[1]
    return DAWN + timedelta(seconds=since // span[0] * span[0] + span[1])


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
