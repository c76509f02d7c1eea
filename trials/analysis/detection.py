"""Detection accuracy: what the solution reported (1 or 0) beside what was so (the companion, 1 or 0).

Cases are matched by time and sensor. Precision is the share of reports that were right, recall the share of
what was there that was reported, specificity the share of what was not there that was left alone; each with
Wilson's interval. The plan says which of them the claim is about.
"""

from collections.abc import Sequence

from trials.analysis import shares
from trials.analysis.moments import of_phase
from trials.analysis.values import ENOUGH, Analysed, Promise, Reading

FIGURES = ("precision", "recall", "specificity")


def analyse(promise: Promise, readings: Sequence[Reading], companion: Sequence[Reading] = ()) -> Analysed:
    truth = {(one.at, one.sensor): one.value for one in of_phase(companion, "trial")}
    said = {(one.at, one.sensor): one.value for one in of_phase(readings, "trial")}
    pairs = [(bool(value), bool(truth[case])) for case, value in said.items() if case in truth]
    before = len(of_phase(readings, "baseline"))
    counts = counted(pairs)
    right, among = parts(counts)[promise.figure]
    known = {
        **counts,
        **{name: _shown(*found) for name, found in parts(counts).items()},
        "unmatched": len(said) + len(truth) - 2 * len(pairs),
    }
    if among < ENOUGH:
        return Analysed(before, len(pairs), parameters=known, refused="too_few_cases")
    estimate = shares.wilson(right, among)
    return Analysed(
        before,
        len(pairs),
        estimate=estimate,
        size=shares.beside(estimate.effect, promise.target),
        robust=shares.exact(right, among),
        parameters=known,
    )


def counted(pairs: Sequence[tuple[bool, bool]]) -> dict[str, int]:
    """Of (reported, was so)."""
    return {
        "true_positive": pairs.count((True, True)),
        "false_positive": pairs.count((True, False)),
        "false_negative": pairs.count((False, True)),
        "true_negative": pairs.count((False, False)),
    }


def parts(counts: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Each figure as right ones among all that it is about."""
    hit, alarm = counts["true_positive"], counts["false_positive"]
    miss, quiet = counts["false_negative"], counts["true_negative"]
    return {
        "precision": (hit, hit + alarm),
        "recall": (hit, hit + miss),
        "specificity": (quiet, quiet + alarm),
    }


def _shown(right: int, among: int) -> list[float] | None:
    """Share and interval in per cent; None where there was no case."""
    if not among:
        return None
    found = shares.wilson(right, among)
    return [found.effect, found.low, found.high]
