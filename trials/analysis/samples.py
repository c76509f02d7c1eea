"""How long a trial must run to see what was promised, by the power of the test (statsmodels).

Two questions, both at 5 % two-sided and 80 % power. *To see it*: the interval of a change that is as large as
the target leaves out no change; of a level or share, there is no such zero, and this is not asked. *To prove
it*: the interval of the expected result lies beyond the target, so that the claim is met.

The power is that of independent readings; likeness of neighbours multiplies their number by
(1 + r) / (1 - r), as `dependence.py` divides it.
"""

import math
from dataclasses import dataclass

from statsmodels.stats.power import NormalIndPower, TTestIndPower, TTestPower
from statsmodels.stats.proportion import proportion_effectsize

from trials.analysis.judging import CHANGES, SHARES
from trials.analysis.values import CONFIDENCE, ENOUGH

POWER = 0.8
ALPHA = 1 - CONFIDENCE / 100
LONGEST = 3650.0  # days, beyond which no trial is planned
LEAST_EFFECT = 1e-3  # standard deviations; less asks for millions
LARGEST = 1.5  # standard deviations; more asks for fewer readings than any method takes


@dataclass(frozen=True)
class Design:
    """`spread`: of single readings (of the differences of pairs or groups); of a share it follows from it."""

    method: str
    target: float
    baseline: float | None = None
    expected: float | None = None
    spread: float | None = None
    likeness: float = 0.0
    per_day: float = 1.0


@dataclass(frozen=True)
class Needed:
    """For each phase that the method has. `days` is None where no trial is that long."""

    readings: int
    days: int | None


def to_see(design: Design) -> Needed | None:
    """For a change as large as the target; None of a level or share, or while something is not known."""
    if design.method not in CHANGES or not design.baseline or not design.spread:
        return None
    return _needed(design, design.target / 100 * design.baseline / design.spread)


def to_prove(design: Design) -> Needed | None:
    """For the expected result to be called met; None while it, or what its error hangs on, is not known."""
    if design.expected is None:
        return None
    if design.method in SHARES:
        if not (0 <= design.expected <= 100 and 0 <= design.target <= 100):
            return None
        return _needed(design, proportion_effectsize(design.expected / 100, design.target / 100))
    gap = design.expected - design.target
    if design.method in CHANGES:
        gap *= (design.baseline or 0) / 100
    return _needed(design, gap / design.spread) if design.spread and gap else None


def _needed(design: Design, effect: float) -> Needed:
    if abs(effect) < LEAST_EFFECT:
        return Needed(10**9, None)
    independent = max(float(ENOUGH), _independent(design.method, abs(effect)))
    readings = math.ceil(independent * (1 + design.likeness) / (1 - design.likeness))
    if design.method == "paired":
        return Needed(readings, None)  # units, not days
    days = math.ceil(readings / design.per_day)
    return Needed(readings, days if days <= LONGEST else None)


def _independent(method: str, effect: float) -> float:
    """How many independent readings of each phase see an effect of so many standard deviations."""
    asked = {"alpha": ALPHA, "power": POWER, "alternative": "two-sided"}
    effect = min(effect, LARGEST)
    if method in SHARES:
        return float(NormalIndPower(ddof=0).solve_power(effect_size=effect, ratio=0, **asked))
    if method in CHANGES and method not in ("paired", "with_without"):
        return float(TTestIndPower().solve_power(effect_size=effect, ratio=1, **asked))
    return float(TTestPower().solve_power(effect_size=effect, **asked))
