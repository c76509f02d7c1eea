"""Paired: each unit (sensor) beside itself, before and with the solution; units are independent."""

from collections.abc import Sequence

import numpy as np

from trials.analysis import ranks
from trials.analysis.dependence import TAIL, student
from trials.analysis.moments import of_phase
from trials.analysis.series import Columns, begins_of, means
from trials.analysis.values import ENOUGH, Analysed, Estimate, Promise, Reading, Robust, Size


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before, after = (_units(of_phase(readings, phase)) for phase in ("baseline", "trial"))
    units = sorted(before.keys() & after.keys())
    if len(units) < ENOUGH:
        return Analysed(len(before), len(after), parameters={"pairs": len(units)}, refused="too_few_pairs")
    first, second = (np.array([side[unit] for unit in units]) for side in (before, after))
    if first.mean() <= 0:
        return Analysed(len(before), len(after), refused="no_base")
    sign = -1.0 if promise.falls else 1.0
    gaps = sign * (second - first)
    size = Size("cohen_dz", float(gaps.mean() / gaps.std(ddof=1))) if np.ptp(gaps) else None
    return Analysed(
        len(before),
        len(after),
        estimate=change(first, second, sign),
        size=size,
        robust=_robust(first, second, sign),
        parameters={"pairs": len(units), "unmatched": len(before.keys() ^ after.keys())},
    )


def _units(readings: Columns) -> dict[str, float]:
    order = np.argsort(readings.sensor, kind="stable")
    codes, values = readings.sensor[order], readings.value[order]
    begins = begins_of(codes)
    found = means(values, begins)
    return {readings.names[codes[place]]: float(mean) for place, mean in zip(begins, found, strict=True)}


def change(before: np.ndarray, after: np.ndarray, sign: float) -> Estimate:
    """The ratio of the means, its error by the deviations of the pairs from that ratio."""
    base, ratio = float(before.mean()), float(after.mean() / before.mean())
    apart = (after - ratio * before) / base
    half = 100 * student.ppf(TAIL, len(before) - 1) * apart.std(ddof=1) / np.sqrt(len(before))
    effect = sign * 100 * (ratio - 1)
    return Estimate(effect, effect - float(half), effect + float(half), base, float(after.mean()))


def _robust(before: np.ndarray, after: np.ndarray, sign: float) -> Robust | None:
    """The middle of the changes of single units, in per cent of each."""
    if before.min() <= 0:
        return None
    return ranks.centre(100 * sign * (after / before - 1), dependent=False)
