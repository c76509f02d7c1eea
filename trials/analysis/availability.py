"""Availability: the share of time that it worked. A reading is 1 (up), 0 (down), or the share of its time."""

from collections.abc import Sequence

import numpy as np

from trials.analysis import shares
from trials.analysis.dependence import Mean, between, block_of, chance, drawn, mean_of
from trials.analysis.moments import days_of, moments, of_phase, values
from trials.analysis.values import ENOUGH, Analysed, Promise, Reading, Robust


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before = len(moments(of_phase(readings, "baseline")))
    found = moments(of_phase(readings, "trial"))
    if len(found) < ENOUGH:
        return Analysed(before, len(found), refused="too_few")
    series = values(found)
    mean = mean_of(series)
    days = len(np.unique(days_of(found.at)))
    worth = worth_of(mean, days)
    estimate = shares.wilson(mean.value * worth, worth)
    return Analysed(
        before,
        len(found),
        estimate=estimate,
        size=shares.beside(estimate.effect, promise.target),
        robust=_resampled(series),
        parameters={"likeness_trial": mean.likeness, "worth_trial": worth, "days": days},
    )


def worth_of(mean: Mean, days: int) -> float:
    """As many independent readings as have this error; as many as days where nothing ever changed.

    Nothing then tells how alike the readings are.
    """
    if not mean.error:
        return float(days)
    return min(mean.count, mean.value * (1 - mean.value) / mean.error**2)


def _resampled(series: np.ndarray) -> Robust:
    """The mean of blocks drawn again; long series in days' worth, so that memory stays small."""
    parts = np.array([part.mean() for part in np.array_split(series, min(len(series), 500))])
    low, high = between(100 * parts[drawn(len(parts), block_of(parts), chance())].mean(axis=1))
    return Robust("block_bootstrap", 100 * float(series.mean()), low, high)
