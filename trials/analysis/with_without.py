"""With and without: units with the solution beside a control group at the same moments.

Where both groups have a baseline, what they differed by before is taken out: the effect is the change of the
ratio of the two (a ratio of differences in differences). Without one the control is the base.
"""

from collections.abc import Sequence

import numpy as np

from trials.analysis import ranks
from trials.analysis.dependence import Mean, mean_of, reach
from trials.analysis.moments import moments, of_phase
from trials.analysis.series import Columns
from trials.analysis.values import ENOUGH, Analysed, Estimate, Promise, Reading, Robust, Size


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before, during = (_groups(promise, of_phase(readings, phase)) for phase in ("baseline", "trial"))
    counts = (len(before[0]), len(during[0]))
    if counts[1] < ENOUGH or 0 < counts[0] < ENOUGH:
        return Analysed(*counts, refused="too_few_moments_of_both")
    if during[1].mean() <= 0 or (counts[0] and min(side.mean() for side in before) <= 0):
        return Analysed(*counts, refused="no_base")
    sign = -1.0 if promise.falls else 1.0
    parts = [ratio(*during)] + ([ratio(*before)] if counts[0] else [])
    return Analysed(
        *counts,
        estimate=compared(parts, during, sign),
        size=_size(before if counts[0] else None, during, sign),
        robust=_robust(before if counts[0] else None, during, sign),
        parameters={"likeness": [part.likeness for part in parts], "worth": [part.worth for part in parts]},
    )


Groups = tuple[np.ndarray, np.ndarray]


def _groups(promise: Promise, readings: Sequence[Reading]) -> Groups:
    """Both groups at the moments at which both were measured."""
    rows = Columns.of(readings)
    treated = moments(rows.of_sensors(lambda name: name not in promise.control))
    control = moments(rows.of_sensors(lambda name: name in promise.control))
    _shared, here, there = np.intersect1d(treated.at, control.at, assume_unique=True, return_indices=True)
    return treated.value[here], control.value[there]


def ratio(treated: np.ndarray, control: np.ndarray) -> Mean:
    """The ratio of the means, as the mean of a series that has its error."""
    base, found = control.mean(), treated.mean() / control.mean()
    return mean_of((treated - found * control) / base + found)


def compared(parts: list[Mean], during: Groups, sign: float) -> Estimate:
    """By the delta method over the ratio during the trial and, if there is one, before it."""
    now, then = parts[0], parts[1].value if len(parts) > 1 else 1.0
    effect = sign * 100 * (now.value / then - 1)
    slopes = [100 / then, -100 * now.value / then**2]
    half = reach(list(zip(slopes, parts, strict=False)))
    expected = float(during[1].mean()) * then
    return Estimate(effect, effect - half, effect + half, expected, float(during[0].mean()))


def _logs(groups: Groups) -> np.ndarray | None:
    if min(side.min() for side in groups) <= 0:
        return None
    return np.log(groups[0] / groups[1])


def _robust(before: Groups | None, during: Groups, sign: float) -> Robust | None:
    """The middle of the ratios at single moments; None where a reading is not above zero."""
    now, then = _logs(during), _logs(before) if before else None
    if now is None or (before and then is None):
        return None
    found = ranks.centre(now) if then is None else ranks.difference(then, now)
    ends = sorted(sign * 100 * float(np.expm1(end)) for end in (found.low, found.high))
    return Robust(found.name, sign * 100 * float(np.expm1(found.effect)), *ends)


def _size(before: Groups | None, during: Groups, sign: float) -> Size | None:
    """The gap of the groups in standard deviations of the gap at single moments."""
    gaps = during[0] - during[1]
    if not np.ptp(gaps):
        return None
    then = float((before[0] - before[1]).mean()) if before else 0.0
    return Size("standardised", sign * (float(gaps.mean()) - then) / float(gaps.std(ddof=1)))
