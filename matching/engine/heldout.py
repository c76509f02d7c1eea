"""Learnt weights against the present ones, on wishes that were held out.

Held out by wish: the verdicts on one wish are never on both sides of a split.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import expit

from matching.engine.fitting import Matrix, Table, fit, legal, logits, losses, penalty_of
from matching.engine.metrics import ndcg
from matching.engine.rank import Weights

FOLDS = 5
INNER_FOLDS = 4
ALPHA = 0.01  # a refit is tried again with each month's verdicts
RESAMPLES = 9999
DEPTH = 10


@dataclass(frozen=True)
class Held:
    """What was foretold of each verdict by weights that had not seen its wish; one figure for each wish."""

    table: Table
    before: Matrix  # logits
    after: Matrix
    chance: Matrix  # logit of the share of yes among the verdicts that were seen

    @property
    def passed(self) -> bool:
        """Likelier than the present weights, better ordered than by them, and likelier than mere frequency.

        The first alone is passed by verdicts drawn by lot or turned upside down, against which any weights
        are too sure; and by mere calibration, which changes no order. An order can be better than one that is
        wrong and still know nothing: the third says that something is known.
        """
        return all(value <= ALPHA for value in self.p_values.values())

    @cached_property
    def p_values(self) -> dict[str, float]:
        losses_before, losses_after = self.by_wish(self.before), self.by_wish(self.after)
        return {
            "log_loss": better(losses_before - losses_after),
            "chance": better(self.by_wish(self.chance) - losses_after),
            "ndcg": better(self.order(self.after, DEPTH) - self.order(self.before, DEPTH)),
        }

    @cached_property
    def rows_of(self) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
        """The rows of each wish, in the order of the wishes."""
        order = np.argsort(self.table.wish, kind="stable")
        starts = np.unique(self.table.wish[order], return_index=True)[1]
        return np.split(order, starts[1:])

    def by_wish(self, logit: Matrix) -> Matrix:
        each = losses(logit, self.table.y)
        return np.array([np.average(each[rows], weights=self.table.weight[rows]) for rows in self.rows_of])

    def order(self, logit: Matrix, depth: int) -> Matrix:
        """nDCG of the judged solutions of each wish that has a yes and a no; ties as the keys fall."""
        found = []
        for rows in self.rows_of:
            grades = {str(row): float(self.table.weight[row]) for row in rows if self.table.y[row]}
            if grades and len(grades) < len(rows):
                ranking = [str(row) for row in sorted(rows, key=lambda row: (-logit[row], row))]
                found.append(ndcg(ranking, grades, depth))
        return np.array(found)

    def precision(self, logit: Matrix, depth: int) -> float:
        """Of the first `depth` judged solutions of a wish, the share of yes; the mean over wishes."""
        shares = []
        for rows in self.rows_of:
            first = sorted(rows, key=lambda row: (-logit[row], row))[:depth]
            shares.append(float(self.table.y[first].mean()))
        return float(np.mean(shares))

    def figures(self) -> dict[str, Any]:
        said = {
            name: {
                "log_loss": round(float(self.by_wish(logit).mean()), 4),
                "ndcg": round(mean(self.order(logit, DEPTH)), 4),
                "precision_5": round(self.precision(logit, 5), 4),
            }
            for name, logit in (("before", self.before), ("after", self.after))
        }
        return {
            "verdicts": len(self.table.y),
            "approvals": int(self.table.y.sum()),
            "wishes": len(self.rows_of),
            "chance_log_loss": round(float(self.by_wish(self.chance).mean()), 4),
            **said,
            "p_values": {name: round(value, 4) for name, value in self.p_values.items()},
            "calibration": calibration(expit(self.after), self.table.y),
            "passed": self.passed,
        }


def mean(values: Matrix) -> float:
    return float(values.mean()) if len(values) else 0.0


def held_out(table: Table, present: Weights) -> Held:
    """The penalty, too, is chosen without the wishes that are held out."""
    fold = table.folds(FOLDS)
    before = logits(table, present)
    after, chance = np.empty_like(before), np.empty_like(before)
    for number in range(FOLDS):
        mask = fold == number
        seen = table.where(~mask)
        weights = legal(fit(seen, present, penalty_of(seen, present, INNER_FOLDS)), present)
        after[mask] = logits(table.where(mask), weights)
        chance[mask] = math.log(seen.share / (1 - seen.share))
    return Held(table, before, after, chance)


def better(gains: Matrix) -> float:
    """One-sided p of the mean of paired gains, by changing signs at random: no distribution is assumed."""
    if len(gains) < 2 or not np.any(gains):
        return 1.0
    found = stats.permutation_test(
        (gains,),
        np.mean,
        permutation_type="samples",
        alternative="greater",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def calibration(probability: Matrix, y: Matrix, bins: int = 10) -> list[dict[str, float]]:
    """For each tenth of the scale that has verdicts: what was foretold, what came, of how many."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    return [
        {
            "foretold": round(float(probability[place == number].mean()), 4),
            "came": round(float(y[place == number].mean()), 4),
            "verdicts": int((place == number).sum()),
        }
        for number in range(bins)
        if (place == number).any()
    ]
