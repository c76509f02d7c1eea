"""Before and after: the change of the mean between baseline and trial, in per cent of the baseline."""

from collections.abc import Sequence

import numpy as np
from statsmodels.stats.meta_analysis import effectsize_smd

from trials.analysis import ranks
from trials.analysis.dependence import Mean, lag_of, mean_of, reach
from trials.analysis.moments import moments, of_phase, values
from trials.analysis.values import ENOUGH, Analysed, Estimate, Promise, Reading, Size


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before, after = (values(moments(of_phase(readings, phase))) for phase in ("baseline", "trial"))
    counts = (len(before), len(after))
    if min(counts) < ENOUGH:
        return Analysed(*counts, refused="too_few")
    if before.mean() <= 0:
        return Analysed(*counts, refused="no_base")
    sign = -1.0 if promise.falls else 1.0
    first, second = mean_of(before), mean_of(after)
    return Analysed(
        *counts,
        estimate=change(first, second, sign),
        size=hedges(first, second, sign),
        robust=ranks.change(before, after, sign),
        parameters=parameters(first, second),
    )


def change(before: Mean, after: Mean, sign: float) -> Estimate:
    """By the delta method; what happened in one phase says nothing of chance in the other."""
    ratio = after.value / before.value
    effect = sign * 100 * (ratio - 1)
    half = reach([(100 / before.value, after), (-100 * ratio / before.value, before)])
    return Estimate(effect, effect - half, effect + half, before.value, after.value)


def hedges(before: Mean, after: Mean, sign: float) -> Size | None:
    """Hedges' g: the difference in standard deviations of single readings, in the promised direction."""
    if not (before.spread or after.spread):
        return None
    found, _variance = effectsize_smd(
        np.array([after.value]), np.array([max(after.spread, 1e-12)]), np.array([after.count]),
        np.array([before.value]), np.array([max(before.spread, 1e-12)]), np.array([before.count]),
    )  # fmt: skip
    return Size("hedges_g", sign * float(found[0]))


def parameters(before: Mean, after: Mean) -> dict[str, float | int]:
    return {
        "likeness_baseline": before.likeness,
        "likeness_trial": after.likeness,
        "worth_baseline": before.worth,
        "worth_trial": after.worth,
        "lag": lag_of(min(before.count, after.count) - 1),
    }
