"""Weights fitted to verdicts: a logistic fit near the present weights, within what policy allows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import optimize
from scipy.special import expit

from matching.engine.factors import FACTORS
from matching.engine.rank import (
    DEFAULT_WEIGHTS,
    NOVELTY_AT_LEAST,
    QUALITY,
    TRACK_RECORD_AT_MOST,
    Weights,
)

PENALTIES = (2.0, 8.0, 32.0, 128.0)  # inverse variance of how far experts are from the present weights
KEPT = (
    0.25  # of the weight that a factor of the fit was delivered with: no verdicts unlearn what the texts say
)
ENOUGH_VERDICTS = 60
ENOUGH_WISHES = 15  # below that no test of pairs reaches its level with a margin
LOSS_AT_MOST = 30.0  # of one verdict, so that a logit past doubles is finite
SPREAD_AT_LEAST = 0.1  # of a factor that hardly varies: it must not move far for little

Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Example:
    """One verdict: on which pair, what was known of it, whether it fits, and how much the verdict counts."""

    wish: int
    solution: int
    values: Mapping[str, float | None]
    fits: bool
    weight: float = 1.0

    def key(self) -> tuple[Any, ...]:
        known = tuple((name, self.values.get(name)) for name in FACTORS)
        return self.wish, self.solution, self.fits, self.weight, json.dumps(known)


class TooFew(Exception):
    """The verdicts are too few, or all of one kind, to learn from."""


def fingerprint(examples: Sequence[Example]) -> str:
    """SHA-256 of the rows in an order of their own: the same verdicts are the same set."""
    return hashlib.sha256(json.dumps(sorted(one.key() for one in examples)).encode()).hexdigest()


@dataclass(frozen=True)
class Table:
    """Rows in the order of their keys. `x` is the distance from the neutral value, 0 where nobody said."""

    examples: tuple[Example, ...]
    x: Matrix  # verdicts × factors
    y: Matrix
    weight: Matrix
    wish: np.ndarray[Any, np.dtype[np.int64]]

    @classmethod
    def of(cls, examples: Sequence[Example], present: Weights) -> "Table":
        rows = sorted(examples, key=Example.key)
        x = [[centred(one.values.get(name), present.neutral[name]) for name in FACTORS] for one in rows]
        return cls(
            tuple(rows),
            np.array(x, dtype=np.float64).reshape(len(rows), len(FACTORS)),
            np.array([float(one.fits) for one in rows]),
            np.array([one.weight for one in rows], dtype=np.float64),
            np.array([one.wish for one in rows], dtype=np.int64),
        )

    def where(self, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> "Table":
        rows = tuple(one for one, kept in zip(self.examples, mask, strict=True) if kept)
        return Table(rows, self.x[mask], self.y[mask], self.weight[mask], self.wish[mask])

    def check(self) -> None:
        wishes = len(set(self.wish.tolist()))
        if len(self.y) < ENOUGH_VERDICTS or wishes < ENOUGH_WISHES:
            raise TooFew(f"{len(self.y)} verdicts on {wishes} wishes")
        if self.y.min() == self.y.max():
            raise TooFew("all verdicts say the same")

    def folds(self, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The fold of each row. Wishes are dealt out by their hash, so that neighbours in time are parted."""
        wishes = sorted(set(self.wish.tolist()), key=lambda pk: hashlib.sha256(str(pk).encode()).digest())
        place = {pk: number % count for number, pk in enumerate(wishes)}
        return np.array([place[pk] for pk in self.wish.tolist()])

    @cached_property
    def share(self) -> float:
        """Of the verdicts that say yes; never 0 or 1."""
        return float((self.weight @ self.y + 1) / (self.weight.sum() + 2))


def centred(value: float | None, neutral: float) -> float:
    return 0.0 if value is None else value - neutral


def rays() -> Matrix:
    """factors × parameters: each column a mixture of factors that policy allows, and so any sum of them.

    What policy allows of the quality side is a cone. With track record t, novelty n and the others as shares
    of that side, its corners are t of 0 or the most; with each, all the rest novelty, or the least novelty
    and one other. So bounds at nought are the only constraints that the fit needs.
    """
    others = [name for name in QUALITY if name not in ("track_record", "novelty")]
    corners: list[dict[str, float]] = [{name: 1.0} for name in FACTORS if name not in QUALITY]
    for record in (0.0, TRACK_RECORD_AT_MOST):
        corners.append({"track_record": record, "novelty": 1 - record})
        rest = 1 - record - NOVELTY_AT_LEAST
        corners += [
            {"track_record": record, "novelty": NOVELTY_AT_LEAST, name: rest} for name in others if rest > 0
        ]
    return np.array([[corner.get(name, 0.0) for corner in corners] for name in FACTORS])


def floors(present: Weights) -> list[float]:
    """The least of each parameter of `rays`: of the weights as delivered, or months would wear them down."""
    least = [
        min(present.weights[name], KEPT * DEFAULT_WEIGHTS.weights[name])
        for name in FACTORS
        if name not in QUALITY
    ]
    return least + [0.0] * (rays().shape[1] - len(least))


def fit(table: Table, present: Weights, penalty: float) -> tuple[float, Matrix]:
    """Intercept and weights of the logistic fit whose L2 penalty draws to the present weights, not to nought.

    A weight's distance counts by the spread of its factor, so that the penalty is one of effects.
    """
    mix = rays()
    before = np.array([present.weights[name] for name in FACTORS])
    spread = np.maximum(table.x.std(axis=0), SPREAD_AT_LEAST)

    def cost(parameters: Matrix) -> tuple[float, Matrix]:
        intercept, weights = parameters[0], mix @ parameters[1:]
        logit = intercept + table.x @ weights
        loss = table.weight @ (np.logaddexp(0, logit) - table.y * logit)
        wrong = table.weight * (expit(logit) - table.y)
        off = spread * (weights - before)
        slope = table.x.T @ wrong + penalty * spread * off
        free = intercept - present.intercept  # barely held: how many a person approves is theirs to say
        value = loss + penalty / 2 * (off @ off) + 0.005 * free**2
        return float(value), np.concatenate([[wrong.sum() + 0.01 * free], mix.T @ slope])

    start = np.concatenate([[present.intercept], optimize.nnls(mix, before)[0]])
    bounds = [(None, None), *((floor, None) for floor in floors(present))]
    found = optimize.minimize(
        cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "maxfun": 5000}
    )
    return float(found.x[0]), mix @ found.x[1:]


def legal(found: tuple[float, Matrix], present: Weights) -> Weights:
    """The weights that were found, or as far towards them from the present ones as `Weights` allows.

    What is legal is convex and holds the present weights: every limit is on a linear or a convex figure.
    """
    intercept, weights = found
    before = np.array([present.weights[name] for name in FACTORS])

    def at(step: float) -> Weights | None:
        moved = np.maximum(before + step * (weights - before), 0.0)
        base = present.intercept + step * (intercept - present.intercept)
        try:
            return Weights(base, dict(zip(FACTORS, moved.tolist(), strict=True)), dict(present.neutral))
        except ValueError:
            return None

    low, high = 0.0, 1.0
    if whole := at(1.0):
        return whole
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle) else (low, middle)
    return at(low) or present


def logits(table: Table, weights: Weights) -> Matrix:
    return weights.intercept + table.x @ np.array([weights.weights[name] for name in FACTORS])


def losses(logit: Matrix, y: Matrix) -> Matrix:
    """Log-loss of each verdict, in nats."""
    return np.minimum(np.logaddexp(0, logit) - y * logit, LOSS_AT_MOST)


def penalty_of(table: Table, present: Weights, folds: int) -> float:
    """The penalty with the least held-out log-loss; the firmer one when two are alike."""
    if len(set(table.wish.tolist())) < folds or table.y.min() == table.y.max():
        return PENALTIES[-1]
    fold = table.folds(folds)
    found = {}
    for penalty in PENALTIES:
        total = 0.0
        for number in range(folds):
            asked = table.where(fold == number)
            weights = legal(fit(table.where(fold != number), present, penalty), present)
            total += float(asked.weight @ losses(logits(asked, weights), asked.y))
        found[penalty] = total
    return min(reversed(PENALTIES), key=lambda penalty: found[penalty])
