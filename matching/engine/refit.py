"""Weights learnt from verdicts: fitted near the present ones, and shipped only where they do better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matching.engine.fitting import Example, Table, TooFew, fingerprint, fit, legal, penalty_of
from matching.engine.heldout import FOLDS, held_out
from matching.engine.rank import Weights

__all__ = ["Example", "Refit", "TooFew", "fingerprint", "refit"]


@dataclass(frozen=True, slots=True)
class Refit:
    """`weights` are legal whatever came out; `passed` says whether they may be used."""

    weights: Weights
    passed: bool
    figures: dict[str, Any]


def refit(examples: Sequence[Example], present: Weights) -> Refit:
    """Learn weights near `present`, and compare both on wishes that were held out.

    The same verdicts and present weights give the same answer, bit for bit, in any order.

    :raises TooFew: there is not enough to learn from.
    """
    table = Table.of(examples, present)
    table.check()
    held = held_out(table, present)
    weights = legal(fit(table, present, penalty_of(table, present, FOLDS)), present)
    return Refit(weights, held.passed, held.figures())
