"""Readings that look wrong: flagged for those who read them, never dropped."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

OUTLIER, STUCK, GAP = "outlier", "stuck", "gap"
ENOUGH = 8  # below this, nothing can be told from a series
FAR = 5.0  # robust standard deviations from the median
SAME = 6  # readings in a row
WIDE = 3.0  # usual intervals without a reading
TO_SIGMA = 1.4826  # of a median absolute deviation, for normal data


def flags(series: Sequence[tuple[datetime, float]], *, counted: bool = False) -> list[str]:
    """One flag or "" for each reading of one sensor in one phase, in time order; the gravest that fits.

    `counted`: values are 0 or 1, so equal ones in a row and rare ones are what is to be expected.
    """
    found = [""] * len(series)
    if len(series) < ENOUGH:
        return found
    for position in _after_gap([at for at, _value in series]):
        found[position] = GAP
    if not counted:
        values = [value for _at, value in series]
        for position in _stuck(values):
            found[position] = STUCK
        for position in _outliers(values):
            found[position] = OUTLIER
    return found


def _after_gap(times: list[datetime]) -> list[int]:
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    usual = median(steps)
    return [position for position, step in enumerate(steps, 1) if step > WIDE * usual]


def _stuck(values: list[float]) -> list[int]:
    found: list[int] = []
    start = 0
    for position in range(1, len(values) + 1):
        if position == len(values) or values[position] != values[start]:
            if position - start >= SAME:
                found += range(start, position)
            start = position
    return found


def _outliers(values: list[float]) -> list[int]:
    middle = median(values)
    spread = TO_SIGMA * median(abs(value - middle) for value in values)
    if not spread:
        return []
    return [position for position, value in enumerate(values) if abs(value - middle) > FAR * spread]
