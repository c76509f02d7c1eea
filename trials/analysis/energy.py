"""Energy saved beside what the baseline's model says would have been used (IPMVP options B and C).

Option C is the whole facility by the outdoor temperature, with a change-point model (`changepoint.py`);
option B one system by what drives it, on a straight line. Both read the mean of each day.

The model of the baseline must fit as ASHRAE Guideline 14 asks of a calibrated model: CV(RMSE) at most 30 %
and NMBE within 10 % (of monthly values 15 % and 5 %; the guideline gives none for daily values, which are
held to those for hourly ones). The bias of a least-squares fit to its own data is nothing, so NMBE is that of
the last quarter of the baseline, predicted by a model of the three before. A trial in which more than a tenth
of the days lie outside what the baseline has seen (by more than a tenth of its range) is not extrapolated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.regression.linear_model import OLS
from statsmodels.robust.robust_linear_model import RLM

from trials.analysis import changepoint
from trials.analysis.changepoint import ALL, LINE, Model
from trials.analysis.dependence import Mean, between, block_of, chance, drawn, likeness, mean_of, reach
from trials.analysis.moments import days, of_phase, step_of
from trials.analysis.values import ENOUGH, Analysed, Estimate, Promise, Reading, Robust, Size

MONTH = 28  # days from one reading to the next, from which on the limits for monthly values hold
LIMITS = {"daily": (30.0, 10.0), "monthly": (15.0, 5.0)}  # CV(RMSE) and NMBE in per cent
BEYOND = 0.1


@dataclass(frozen=True)
class Phase:
    temperature: np.ndarray
    energy: np.ndarray
    step: float


def whole(promise: Promise, readings: Sequence[Reading], companion: Sequence[Reading] = ()) -> Analysed:
    """Option C."""
    return _analyse(promise, readings, companion, ALL)


def isolated(promise: Promise, readings: Sequence[Reading], companion: Sequence[Reading] = ()) -> Analysed:
    """Option B."""
    return _analyse(promise, readings, companion, (LINE,))


def _analyse(
    promise: Promise, readings: Sequence[Reading], companion: Sequence[Reading], kinds: Sequence[str]
) -> Analysed:
    before, after = (
        _phase(of_phase(readings, name), of_phase(companion, name)) for name in ("baseline", "trial")
    )
    counts = (len(before.energy), len(after.energy))
    if min(counts) < ENOUGH:
        return Analysed(*counts, refused="too_few_days")
    if before.energy.mean() <= 0:
        return Analysed(*counts, refused="no_base")
    model = changepoint.best(before.temperature, before.energy, kinds)
    expected = model.at(after.temperature)
    known = quality(model, before, kinds) | {"outside": outside(before, after)}
    if expected.mean() <= 0:
        return Analysed(*counts, parameters=known, refused="no_base")
    sign = -1.0 if promise.falls else 1.0
    return Analysed(
        *counts,
        estimate=saving(model, before, after, sign),
        size=_size(model, before, after, sign),
        robust=_robust(model, before, after, sign),
        parameters=known,
        refused=_unfit(known),
    )


def _phase(energy: Sequence[Reading], drivers: Sequence[Reading]) -> Phase:
    used, driven = days(energy), days(drivers)
    shared = sorted(used.keys() & driven.keys())
    return Phase(
        np.array([driven[day] for day in shared]), np.array([used[day] for day in shared]), step_of(shared)
    )


def quality(model: Model, before: Phase, kinds: Sequence[str]) -> dict[str, Any]:
    """How the model fits, beside the limits that hold for values so far apart."""
    limits = LIMITS["monthly" if before.step >= MONTH else "daily"]
    return {
        "model": model.kind,
        "points": list(model.points),
        "coefficients": list(model.coefficients),
        "cv_rmse": cv_rmse(model, before.energy),
        "nmbe": nmbe(before, kinds),
        "limit_cv_rmse": limits[0],
        "limit_nmbe": limits[1],
    }


def cv_rmse(model: Model, energy: np.ndarray) -> float:
    """In per cent of the mean, with the degrees of freedom that the model leaves."""
    return 100 * math.sqrt(model.squares / max(1, model.count - model.size)) / float(energy.mean())


def nmbe(before: Phase, kinds: Sequence[str]) -> float:
    """In per cent: above zero when the model of the first three quarters says less than was used after."""
    cut = math.ceil(0.75 * len(before.energy))
    model = changepoint.best(before.temperature[:cut], before.energy[:cut], kinds)
    rest = before.energy[cut:]
    return 100 * float((rest - model.at(before.temperature[cut:])).mean() / rest.mean())


def outside(before: Phase, after: Phase) -> float:
    """The share of the trial's days, in per cent, whose driver the baseline has not seen."""
    low, high = float(before.temperature.min()), float(before.temperature.max())
    margin = BEYOND * (high - low)
    beyond = (after.temperature < low - margin) | (after.temperature > high + margin)
    return 100 * float(beyond.mean())


def _unfit(known: dict[str, Any]) -> str:
    if known["cv_rmse"] > known["limit_cv_rmse"] or abs(known["nmbe"]) > known["limit_nmbe"]:
        return "model_unfit"
    return "extrapolates" if known["outside"] > 100 * BEYOND else ""


def saving(model: Model, before: Phase, after: Phase, sign: float) -> Estimate:
    """The change from what was expected, by the delta method over the trial's mean and the model's."""
    expected = model.at(after.temperature)
    base, ratio = float(expected.mean()), float(after.energy.mean() / expected.mean())
    noise = mean_of(after.energy - ratio * expected)
    predicted = _prediction(model, before, after)
    half = reach([(100 / base, noise), (-100 * ratio / base, predicted)])
    effect = sign * 100 * (ratio - 1)
    return Estimate(effect, effect - half, effect + half, base, float(after.energy.mean()))


def _prediction(model: Model, before: Phase, after: Phase) -> Mean:
    """The mean of what was expected, with the error that the baseline's scatter and likeness leave it."""
    design, asked = model.slopes(before.temperature), model.slopes(after.temperature).mean(axis=0)
    apart = before.energy - model.at(before.temperature)
    alike = likeness(apart)
    worth = max(model.size + 2.0, len(apart) * (1 - max(0.0, alike)) / (1 + max(0.0, alike)))
    spread = model.squares / (len(apart) * (1 - model.size / worth))
    shape = np.linalg.pinv(design.T @ design)
    variance = spread * float(asked @ shape @ asked) * len(apart) / worth
    freedom = max(1.5, worth - model.size)
    return Mean(0.0, math.sqrt(max(0.0, variance)), freedom, alike, worth, len(apart), math.sqrt(spread))


def _size(model: Model, before: Phase, after: Phase, sign: float) -> Size | None:
    """The mean change of a day in standard deviations of the model's error."""
    error = math.sqrt(model.squares / max(1, model.count - model.size))
    gap = float((after.energy - model.at(after.temperature)).mean())
    return Size("standardised", sign * gap / error) if error > 0 else None


def _robust(model: Model, before: Phase, after: Phase, sign: float) -> Robust:
    """Huber's regression in place of least squares; the interval by blocks of days drawn again."""
    design = changepoint.columns(model.kind, model.points, before.temperature)
    asked = changepoint.columns(model.kind, model.points, after.temperature)
    fitted: Any = (
        RLM(before.energy, design).fit() if np.ptp(before.energy) else OLS(before.energy, design).fit()
    )
    effect = sign * 100 * (float(after.energy.mean()) / float((asked @ fitted.params).mean()) - 1)
    random = chance()
    apart = before.energy - design @ fitted.params
    first = drawn(len(apart), block_of(apart), random)
    second = drawn(len(after.energy), block_of(after.energy - asked @ fitted.params), random)
    solver = np.linalg.pinv(design)
    again = fitted.params[None, :] + apart[first] @ solver.T
    expected = np.einsum("dnk,dk->d", asked[second], again) / len(after.energy)
    low, high = between(sign * 100 * (after.energy[second].mean(axis=1) / expected - 1))
    return Robust("huber_block_bootstrap", effect, low, high)
