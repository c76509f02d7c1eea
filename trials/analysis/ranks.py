"""Hodges and Lehmann's estimates (1963), with intervals by resampling whole blocks."""

import numpy as np

from trials.analysis.dependence import between, block_of, chance, drawn
from trials.analysis.moments import condensed
from trials.analysis.values import DRAWS, Robust

AT_ONCE = 50  # resampled series compared in one go, so that memory stays small
NAME = "hodges_lehmann"


def shift(before: np.ndarray, after: np.ndarray) -> float:
    """The median of all differences between one and the other."""
    return float(np.median(after[:, None] - before[None, :]))


def middle(series: np.ndarray) -> float:
    """The median of the means of all pairs."""
    return float(_middles(series[None, :])[0])


def change(before: np.ndarray, after: np.ndarray, sign: float) -> Robust | None:
    """The shift in per cent of the baseline's median, in the promised direction; None without a base."""
    before, after = condensed(before), condensed(after)
    base = float(np.median(before))
    if base <= 0:
        return None
    gaps, middles = _compared(before, after)
    low, high = between(100 * sign * gaps / middles)
    return Robust(NAME, 100 * sign * shift(before, after) / base, low, high)


def difference(before: np.ndarray, after: np.ndarray) -> Robust:
    """The shift itself."""
    before, after = condensed(before), condensed(after)
    low, high = between(_compared(before, after)[0])
    return Robust(NAME, shift(before, after), low, high)


def _compared(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shift of each pair of resampled series, and the median of its first."""
    random = chance()
    first = drawn(len(before), block_of(before), random)
    second = drawn(len(after), block_of(after), random)
    gaps, middles = [], []
    for start in range(0, DRAWS, AT_ONCE):
        old, new = before[first[start : start + AT_ONCE]], after[second[start : start + AT_ONCE]]
        gaps.append(np.median((new[:, :, None] - old[:, None, :]).reshape(len(old), -1), axis=1))
        middles.append(np.median(old, axis=1))
    return np.concatenate(gaps), np.concatenate(middles)


def centre(series: np.ndarray, *, offset: float = 0.0, dependent: bool = True) -> Robust:
    """The pseudo-median of one series, moved by `offset`; in blocks where its values are `dependent`."""
    series = condensed(series)
    places = drawn(len(series), block_of(series) if dependent else 1, chance())
    found = [_middles(series[places[start : start + AT_ONCE]]) for start in range(0, DRAWS, AT_ONCE)]
    low, high = between(offset + np.concatenate(found))
    return Robust(NAME, offset + middle(series), low, high)


def _middles(rows: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(rows.shape[1])
    return np.median((rows[:, first] + rows[:, second]) / 2, axis=1)
