"""Readings that look wrong: flagged for those who read them, never dropped."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

OUTLIER, STUCK, CLOCK, GAP = "outlier", "stuck", "clock", "gap"
ENOUGH = 8  # below this, nothing can be told from a series
FAR = 5.0  # robust standard deviations from the median
SAME = 6  # readings in a row
WIDE = 3.0  # usual intervals without a reading
REGULAR, STEADY = (
    0.8,
    0.05,
)  # a clock's beat is known when so many steps are the usual one, give or take so much
JUMP = 0.2  # of the usual interval, by which a clock's beat has moved
TO_SIGMA = 1.4826  # of a median absolute deviation, for normal data


def flags(
    series: Sequence[tuple[datetime, float]], *, counted: bool = False, fast: Sequence[bool] = ()
) -> list[str]:
    """One flag or "" for each reading of one sensor in one phase, in time order; the gravest that fits.

    An outlier lies more than `FAR` robust standard deviations (1.4826 of the median absolute deviation) from
    the median; a stuck sensor gives `SAME` equal values in a row; a clock has jumped where the beat of a
    regular sensor moves and stays moved, or where the reading is from the future; a gap is a silence of more
    than `WIDE` usual intervals.

    `counted`: values are 0 or 1, so equal ones in a row and rare ones are what is to be expected.
    `fast`: whether each reading came before its own time.
    """
    found = [""] * len(series)
    times = [at for at, _value in series]
    if len(series) >= ENOUGH:
        for position in _after_gap(times):
            found[position] = GAP
        for position in _jumps(times):
            found[position] = CLOCK
    for position, is_fast in enumerate(fast):
        found[position] = CLOCK if is_fast else found[position]
    if len(series) < ENOUGH:
        return found
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


def _jumps(times: list[datetime]) -> list[int]:
    """Where the beat moves for good: a single reading that came late moves it back at once."""
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    usual = median(steps)
    if usual <= 0 or sum(abs(step - usual) <= STEADY * usual for step in steps) < REGULAR * len(steps):
        return []

    def off(seconds: float) -> float:
        beat = seconds / usual
        return abs(beat - round(beat))

    return [
        position
        for position, step in enumerate(steps, 1)
        if off(step) > JUMP
        and (position == len(steps) or off(step + steps[position]) > JUMP)
        and (position == 1 or off(step + steps[position - 2]) > JUMP)
    ]


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
