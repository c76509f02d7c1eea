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


@dataclass(frozen=True)
class Scale:
    """Where the scores of some queries lie in a collection, so that a few of its rows can be scored alone."""

    size: int  # texts of the collection
    moments: Mapping[str, "Moments"]  # of each signal, and of their mixture


@dataclass(frozen=True)
class Moments:
    """Mean and variance of a signal, (queries, 1): in each language by code, and anywhere else."""

    languages: Mapping[int, tuple[Array, Array]]
    elsewhere: tuple[Array, Array]


MIXED = "mixed"


def standardise(scores: Array, groups: Groups, moments: Moments | None = None) -> Array:
    """Scores (queries, rows) in standard deviations from the mean of each row's own language.

    A language with few texts borrows from all: three texts have no spread to speak of.
    """
    out = np.empty_like(scores)
    for rows in groups.rows:
        if moments is None:
            mean, var = middle(scores, rows)
        else:
            mean, var = moments.languages.get(int(groups.codes[rows][0]), moments.elsewhere)
        out[:, rows] = (scores[:, rows] - mean) / np.where(var > 1e-12, np.sqrt(var), 1)
    return out


def middle(scores: Array, rows: Any) -> tuple[Array, Array]:
    """Mean and variance of the rows of one language."""
    part = scores[:, rows]
    mean, var = part.mean(axis=1, keepdims=True), part.var(axis=1, keepdims=True)
    borrowed = max(0.0, 1 - part.shape[1] / ENOUGH)
    if borrowed:
        mean = (1 - borrowed) * mean + borrowed * scores.mean(axis=1, keepdims=True)
        var = (1 - borrowed) * var + borrowed * scores.var(axis=1, keepdims=True)
    return mean, var


def moments_of(scores: Array, groups: Groups) -> Moments:
    languages = {int(groups.codes[rows][0]): middle(scores, rows) for rows in groups.rows}
    return Moments(languages, (scores.mean(axis=1, keepdims=True), scores.var(axis=1, keepdims=True)))


def scale_of(
    signals: Mapping[str, Array], same_script: Array, groups: Groups, mixture: Mixture = MIXTURE
) -> Scale:
    """The scale of the rows at hand."""
    moments = {name: moments_of(values, groups) for name, values in signals.items()}
    mixed = mix(signals, same_script, groups, mixture, moments)
    return Scale(len(groups.codes), {**moments, MIXED: moments_of(mixed, groups)})


def fuse(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture = MIXTURE,
    scale: Scale | None = None,
) -> Array:
    """One score for each query and row, standardised again: each language then has the same share of the top.

    `signals` holds "words", "concepts" and the scores of each model, all (queries, rows). The scale is that
    of these rows unless another is given.
    """
    moments = scale.moments if scale else {}
    return standardise(mix(signals, same_script, groups, mixture, moments), groups, moments.get(MIXED))


def mix(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture,
    moments: Mapping[str, Moments],
) -> Array:
    """The weighed sum of the standardised signals."""

    def standard(name: str) -> Array:
        return standardise(signals[name], groups, moments.get(name))

    total = standard("words") * np.where(same_script, mixture.words, mixture.words_across)
    total += standard("concepts") * np.where(same_script, mixture.concepts, mixture.concepts_across)
    for name, weight_of_model in mixture.models:
        if name in signals:
            total += standard(name) * np.float32(weight_of_model)
    return total
