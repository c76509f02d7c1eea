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
    answers = np.array([one.value for one in of_phase(readings, "trial")])
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
        parameters={"content": content, "mean": _mean(answers), "median": float(np.median(answers))},
    )


def _mean(answers: np.ndarray) -> list[float]:
    """The mean answer with its interval."""
    middle = float(answers.mean())
    half = float(student.ppf(TAIL, len(answers) - 1) * answers.std(ddof=1) / np.sqrt(len(answers)))
    return [middle, middle - half, middle + half]
