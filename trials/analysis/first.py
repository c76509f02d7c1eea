"""The first rule, as it was: plans locked under it are judged by it, with the figures that it gave.

The rule (`RULE`):

1. With fewer than `ENOUGH` moments measured in a phase that the method needs, the claim is inconclusive.
2. It is met when the whole 95 % interval satisfies the target.
3. A promised change is partly met when the whole interval lies on the promised side of no change, and the
   estimate is below the target.
4. It is not met when the whole interval fails the target.
5. Otherwise it is inconclusive.

The methods: *before and after* is the change of the mean between baseline and trial in per cent of the
baseline; *threshold* is the mean of the trial; both by ordinary least squares with Newey-West (HAC) errors,
because readings that follow each other are alike. *Proportion* is the share of successes (1) among cases (0
or 1) with its Wilson interval. Readings of several sensors at one moment are averaged first. No reading is
left out; flags only tell.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from functools import partial
from importlib.metadata import version
from itertools import groupby
from typing import Any

import numpy as np
from scipy.stats import t as student
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from trials.analysis.values import Reading
from trials.proof.canonical import digest

RULE = "innoportal-verdict/1"
ENOUGH = 10
CONFIDENCE = 95
LIBRARIES = ("numpy", "scipy", "statsmodels")

MET, PARTLY, NOT_MET, INCONCLUSIVE = "met", "partly_met", "not_met", "inconclusive"


@dataclass(frozen=True)
class Promise:
    """`target`: per cent of the baseline for a change, of the cases for a proportion; else in the unit."""

    method: str
    direction: str
    target: float


@dataclass(frozen=True)
class Estimate:
    """`effect` counts in the promised direction for a change: 18 means 18 % less where less was promised."""

    effect: float
    low: float
    high: float
    lag: int | None = None
    baseline_mean: float | None = None
    trial_mean: float | None = None


@dataclass(frozen=True)
class Finding:
    verdict: str
    why: str  # the name of a sentence in trials/sentences.py
    n_baseline: int
    n_trial: int
    readings: int
    estimate: Estimate | None
    data_hash: str
    method: str
    confidence: int = CONFIDENCE
    rule: str = RULE

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"libraries": {name: version(name) for name in LIBRARIES}}


def judge(promise: Promise, readings: Sequence[Reading]) -> Finding:
    """The verdict on one claim; the same readings give the same numbers in whatever order they come."""
    ordered = sorted(readings, key=lambda one: (one.at, one.sensor, one.phase, one.value))
    baseline, trial = (_moments(ordered, phase, promise.method) for phase in ("baseline", "trial"))
    counts = (len(baseline), len(trial), len(ordered))
    found = partial(Finding, data_hash=data_hash(ordered), method=promise.method)
    needs_baseline = promise.method == "before_after"
    if len(trial) < ENOUGH or (needs_baseline and len(baseline) < ENOUGH):
        return found(INCONCLUSIVE, "too_few", *counts, None)
    if needs_baseline and float(np.mean(baseline)) <= 0:
        return found(INCONCLUSIVE, "no_base", *counts, None)
    estimate = _rounded(_estimate(promise, baseline, trial))
    return found(*_verdict(promise, estimate), *counts, estimate)


def data_hash(ordered: Sequence[Reading]) -> str:
    """The fingerprint of the readings that were used, so that a report can be traced to its data."""
    return digest([[r.at.astimezone(UTC).isoformat(), r.sensor, r.phase, r.value] for r in ordered])


def overall(verdicts: Sequence[str], *, stopped: bool = False) -> str:
    """Met or not met when all claims are; inconclusive when some are and none came out well; else partly."""
    if stopped:
        return "stopped"
    found = set(verdicts)
    if len(found) == 1:
        return found.pop()
    if INCONCLUSIVE in found and not found & {MET, PARTLY}:
        return INCONCLUSIVE
    return PARTLY


def lag_of(count: int) -> int:
    """How many readings back errors are taken to be alike: 1.3 √n (Lazarus, Lewis, Stock and Watson 2018)."""
    return max(1, min(count - 1, math.ceil(1.3 * math.sqrt(count))))


def _moments(ordered: Sequence[Reading], phase: str, method: str) -> list[float]:
    rows = [one for one in ordered if one.phase == phase]
    if method == "proportion":  # each case counts, whoever counted it
        return [one.value for one in rows]
    grouped = groupby(rows, key=lambda one: one.at)
    return [float(np.mean([one.value for one in group])) for _at, group in grouped]


def _estimate(promise: Promise, baseline: list[float], trial: list[float]) -> Estimate:
    if promise.method == "before_after":
        return change(baseline, trial, falls=promise.direction == "decrease")
    return share(trial) if promise.method == "proportion" else level(trial)


def change(baseline: Sequence[float], trial: Sequence[float], *, falls: bool) -> Estimate:
    """The change of the mean in per cent of the baseline; its error by the delta method."""
    values = np.array([*baseline, *trial], dtype=float)
    phase = np.array([0.0] * len(baseline) + [1.0] * len(trial))
    lag = lag_of(min(len(baseline), len(trial)))
    fit = _fit(values, np.column_stack([np.ones(len(values)), phase]), lag)
    base, shift = (float(one) for one in fit.params)
    sign = -1.0 if falls else 1.0
    slope = sign * 100.0 * np.array([-shift / base**2, 1.0 / base])
    error = math.sqrt(max(0.0, float(slope @ fit.cov_params() @ slope)))
    effect = sign * 100.0 * shift / base
    reach = error * reach_of(lag, min(len(baseline), len(trial)), fit.df_resid)
    return Estimate(effect, effect - reach, effect + reach, lag, base, base + shift)


def level(trial: Sequence[float]) -> Estimate:
    values = np.array(trial, dtype=float)
    lag = lag_of(len(values))
    fit = _fit(values, np.ones((len(values), 1)), lag)
    mean = float(fit.params[0])
    error = math.sqrt(max(0.0, float(np.asarray(fit.cov_params())[0, 0])))
    reach = error * reach_of(lag, len(values), fit.df_resid)
    return Estimate(mean, mean - reach, mean + reach, lag, None, mean)


def share(trial: Sequence[float]) -> Estimate:
    successes = int(sum(trial))
    low, high = proportion_confint(successes, len(trial), alpha=1 - CONFIDENCE / 100, method="wilson")
    mean = 100.0 * successes / len(trial)
    return Estimate(mean, 100.0 * float(low), 100.0 * float(high), None, None, mean)


def _fit(values: np.ndarray, design: np.ndarray, lag: int) -> Any:
    return OLS(values, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True}, use_t=True
    )


def reach_of(lag: int, count: int, freedom: float) -> float:
    """How many errors the interval reaches: Student's quantile, or the wider of Kiefer and Vogelsang (2005).

    An error estimated from few independent stretches is uncertain itself; their quantile allows for it.
    """
    b = min(1.0, (lag + 1) / count)
    fixed_b = 1.9600 + 2.9694 * b + 0.4160 * b**2 - 0.5324 * b**3  # Bartlett kernel, 97.5 %
    return max(float(student.ppf(0.5 + CONFIDENCE / 200, freedom)), fixed_b)


def _verdict(promise: Promise, estimate: Estimate) -> tuple[str, str]:
    at_most = promise.direction == "at_most"
    if (estimate.high <= promise.target) if at_most else (estimate.low >= promise.target):
        return MET, "met"
    if promise.method == "before_after" and estimate.low > 0 and estimate.effect < promise.target:
        return PARTLY, "partly"
    if (estimate.low > promise.target) if at_most else (estimate.high < promise.target):
        return NOT_MET, "not_met"
    return INCONCLUSIVE, "open"


def _rounded(estimate: Estimate) -> Estimate:
    """To ten significant digits: the last bits differ between processors."""
    rounded: dict[str, Any] = {
        name: float(f"{value:.10g}") for name, value in asdict(estimate).items() if isinstance(value, float)
    }
    return replace(estimate, **rounded)
