"""Several opinions on what is alike, on one scale, so that a ranking holds within and across languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.engine.dense import Role

Array = np.ndarray[Any, Any]
ENOUGH = 30  # texts of a language that need not borrow from the others


@dataclass(frozen=True)
class Mixture:
    """How much each opinion weighs. Words count less across scripts, where only names and codes can agree."""

    words: float = 0.85
    words_across: float = 0.15
    concepts: float = 0.1
    concepts_across: float = 0.2
    models: tuple[tuple[str, float], ...] = (("e5", 1.0), ("use", 1.0))
    # Share of what a text scores with everything, taken off.
    crowding: Mapping[Role, float] = field(default_factory=lambda: {"wish": 0.7, "solution": 0.6})
    company: float = 0.7  # weight of what texts like it score in other languages


MIXTURE = Mixture()


@dataclass(frozen=True)
class Groups:
    """The rows of each language of a collection."""

    codes: Array  # one a row
    rows: tuple[Any, ...]  # for each language that is there its row numbers, or their slice

    @classmethod
    def of(cls, codes: Array) -> "Groups":
        return cls(codes, tuple(together(np.flatnonzero(codes == code)) for code in np.unique(codes)))


def together(rows: Array) -> Any:
    """Row numbers as a slice where they follow each other: reading them then copies nothing."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if rows[-1] - rows[0] == len(rows) - 1 else rows


def standardise(scores: Array, groups: Groups) -> Array:
    """Scores (queries, rows) in standard deviations from the mean of each row's own language.

    A language with few texts borrows from all: three texts have no spread to speak of.
    """
    out = np.empty_like(scores)
    for rows in groups.rows:
        part = scores[:, rows]
        mean, var = part.mean(axis=1, keepdims=True), part.var(axis=1, keepdims=True)
        borrowed = max(0.0, 1 - part.shape[1] / ENOUGH)
        if borrowed:
            mean = (1 - borrowed) * mean + borrowed * scores.mean(axis=1, keepdims=True)
            var = (1 - borrowed) * var + borrowed * scores.var(axis=1, keepdims=True)
        out[:, rows] = (part - mean) / np.where(var > 1e-12, np.sqrt(var), 1)
    return out


def fuse(signals: dict[str, Array], same_script: Array, groups: Groups, mixture: Mixture = MIXTURE) -> Array:
    """One score for each query and row, standardised again: each language then has the same share of the top.

    `signals` holds "words", "concepts" and the scores of each model, all (queries, rows).
    """
    total = standardise(signals["words"], groups) * np.where(same_script, mixture.words, mixture.words_across)
    weight = np.where(same_script, mixture.concepts, mixture.concepts_across)
    total += standardise(signals["concepts"], groups) * weight
    for name, weight_of_model in mixture.models:
        if name in signals:
            total += standardise(signals[name], groups) * np.float32(weight_of_model)
    return standardise(total, groups)
