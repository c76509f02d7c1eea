"""User acceptance: the share of answers of four or five on a scale from one to five."""

from collections.abc import Sequence

import numpy as np

from trials.analysis import shares
from trials.analysis.dependence import TAIL, student
from trials.analysis.moments import of_phase
from trials.analysis.values import ENOUGH, Analysed, Promise, Reading

CONTENT = 4


def analyse(promise: Promise, readings: Sequence[Reading], _companion: Sequence[Reading] = ()) -> Analysed:
    before = len(of_phase(readings, "baseline"))
    answers = of_phase(readings, "trial").value
    if len(answers) < ENOUGH:
        return Analysed(before, len(answers), refused="too_few")
    content = int((answers >= CONTENT).sum())
    estimate = shares.wilson(content, len(answers))
    return Analysed(
        before,
        len(answers),
        estimate=estimate,
        size=shares.beside(estimate.effect, promise.target),
        robust=shares.exact(content, len(answers)),
        parameters={
            "content": content,
            "mean": list(mean_with_interval(answers)),
            "median": float(np.median(answers)),
        },
    )


def mean_with_interval(answers: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """The mean of two answers or more between the ends of Student's 95 % interval: mean, low, high."""
    values = np.asarray(answers, dtype=float)
    middle = float(values.mean())
    half = float(student.ppf(TAIL, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return middle, middle - half, middle + half
