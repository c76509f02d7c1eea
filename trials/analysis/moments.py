"""Readings brought into the series that a method reads."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from trials.analysis.values import Reading

HONG_KONG = timezone(timedelta(hours=8))  # no other time since 1979
SHOWN = 120  # moments of a series that pairwise statistics compare; more are averaged in a row first

Series = list[tuple[datetime, float]]


def of_phase(readings: Sequence[Reading], phase: str) -> list[Reading]:
    return [one for one in readings if one.phase == phase]


def moments(readings: Sequence[Reading]) -> Series:
    """The mean of the sensors at each moment, in time order."""
    ordered = sorted(readings, key=lambda one: one.at)
    grouped = groupby(ordered, key=lambda one: one.at)
    return [(at, _mean(group)) for at, group in grouped]


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
