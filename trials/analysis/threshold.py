"""Threshold: the mean of the trial beside a level that was promised."""

from collections.abc import Sequence

from trials.analysis import ranks
from trials.analysis.dependence import Mean, lag_of, mean_of, reach
from trials.analysis.moments import moments, of_phase, values
from trials.analysis.values import ENOUGH, Analysed, Estimate, Promise, Reading, Size


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before = len(moments(of_phase(readings, "baseline")))
    series = values(moments(of_phase(readings, "trial")))
    if len(series) < ENOUGH:
        return Analysed(before, len(series), refused="too_few")
    mean = mean_of(series)
    size = Size("standardised", (mean.value - promise.target) / mean.spread) if mean.spread else None
    return Analysed(
        before,
        len(series),
        estimate=level(mean),
        size=size,
        robust=ranks.centre(series),
        parameters={
            "likeness_trial": mean.likeness,
            "worth_trial": mean.worth,
            "lag": lag_of(mean.count - 1),
        },
    )


def level(mean: Mean) -> Estimate:
    half = reach([(1.0, mean)])
    return Estimate(mean.value, mean.value - half, mean.value + half, None, mean.value)
