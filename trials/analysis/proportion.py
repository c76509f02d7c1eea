"""Proportion: the share of successes (1) among cases (0 or 1), each counted whoever counted it."""

from collections.abc import Sequence

from trials.analysis import shares
from trials.analysis.moments import of_phase
from trials.analysis.values import ENOUGH, Analysed, Promise, Reading


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before = len(of_phase(readings, "baseline"))
    cases = of_phase(readings, "trial").value.tolist()
    if len(cases) < ENOUGH:
        return Analysed(before, len(cases), refused="too_few")
    successes = int(sum(cases))
    estimate = shares.wilson(successes, len(cases))
    return Analysed(
        before,
        len(cases),
        estimate=estimate,
        size=shares.beside(estimate.effect, promise.target),
        robust=shares.exact(successes, len(cases)),
        parameters={"successes": successes},
    )
