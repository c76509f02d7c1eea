"""Several opinions on what is alike, on one scale, so that a ranking holds within and across languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.engine.dense import Role

Array = np.ndarray[Any, Any]
ENOUGH = 30  # texts of a language that need not borrow from the others


@dataclass(frozen=True)
class Mixture:
    """How much each opinion weighs.

    Words count less across scripts, where only names and codes can agree; USE counts less within one, where
    words and E5 tell more than it does (ADR 0032).
    """

    words: float = 0.85
    words_across: float = 0.15
    concepts: float = 0.1
    concepts_across: float = 0.2
    models: tuple[tuple[str, float, float], ...] = (("e5", 1.0, 1.0), ("use", 0.25, 1.0))  # within, across
    # Share of what a text scores with everything, taken off.
    crowding: Mapping[Role, float] = field(default_factory=lambda: {"wish": 0.7, "solution": 0.6})
    company: float = 0.7  # weight of what texts like it score in other languages

    def weights(self, signals: Iterable[str]) -> dict[str, tuple[float, float]]:
        """Of each signal, within its script and across."""
        known = {
            "words": (self.words, self.words_across),
            "concepts": (self.concepts, self.concepts_across),
            **{model: (within, across) for model, within, across in self.models},
        }
        return {name: known[name] for name in signals if name in known}


MIXTURE = Mixture()


@dataclass(frozen=True)
class Groups:
    """The rows of each language of a collection."""

    codes: Array  # one a row
    rows: tuple[Any, ...]  # for each language that is there its row numbers, or their slice
    firsts: tuple[int, ...]  # one of the rows of each

    @classmethod
    def of(cls, codes: Array) -> "Groups":
        every = [np.flatnonzero(codes == code) for code in np.unique(codes)]
        return cls(codes, tuple(map(together, every)), tuple(int(rows[0]) for rows in every))

    @property
    def languages(self) -> list[int]:
        return [int(self.codes[row]) for row in self.firsts]


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
    for query, (row, whole) in enumerate(zip(out, scores, strict=True)):
        for rows, lang in zip(groups.rows, groups.languages, strict=True):
            mean, spread = middle_of(whole, rows, query, lang, moments)
            row[rows] = (whole[rows] - mean) / spread
    return out


def middle_of(
    scores: Array, rows: Any, query: int, lang: int, moments: Moments | None
) -> tuple[np.floating[Any], np.floating[Any]]:
    """Mean and standard deviation of one query's scores in a language: theirs, or those that are given."""
    if moments is None:
        mean, var = middle(scores, rows)
    else:
        given = moments.languages.get(lang, moments.elsewhere)
        mean, var = (one[query, 0] for one in given)
    return mean, np.sqrt(var) if var > 1e-12 else type(var)(1)


def middle(scores: Array, rows: Any, weights: Array | None = None) -> tuple[Any, Any]:
    """Mean and variance of one query's scores in one language; `weights`: for how many texts a row stands."""
    part, own = scores[rows], None if weights is None else weights[rows]
    mean, var = spread(part, own)
    borrowed = max(0.0, 1 - (len(part) if own is None else float(own.sum())) / ENOUGH)
    if borrowed:
        whole = spread(scores, weights)
        mean = (1 - borrowed) * mean + borrowed * whole[0]
        var = (1 - borrowed) * var + borrowed * whole[1]
    return mean, var


def spread(scores: Array, weights: Array | None = None) -> tuple[Any, Any]:
    if weights is not None:
        mean = np.average(scores, weights=weights)
        return mean, np.average((scores - mean) ** 2, weights=weights)
    size = scores.dtype.type(len(scores))
    mean = np.add.reduce(scores) / size
    off = scores - mean
    return mean, np.dot(off, off) / size


def moments_of(scores: Array, groups: Groups, weights: Array | None = None) -> Moments:
    languages = {
        lang: gathered([middle(row, rows, weights) for row in scores])
        for rows, lang in zip(groups.rows, groups.languages, strict=True)
    }
    return Moments(languages, gathered([spread(row, weights) for row in scores]))


def gathered(pairs: list[tuple[Any, Any]]) -> tuple[Array, Array]:
    means, variances = zip(*pairs, strict=True)
    return np.array(means)[:, None], np.array(variances)[:, None]


def scale_of(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture = MIXTURE,
    weights: Array | None = None,
) -> Scale:
    """The scale of the rows at hand, or of a collection of which each stands for as many as its weight."""
    moments = {name: moments_of(values, groups, weights) for name, values in signals.items()}
    mixed = mix(signals, same_script, groups, mixture, moments)
    return Scale(len(groups.codes), {**moments, MIXED: moments_of(mixed, groups, weights)})


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
    """The weighed sum of the standardised signals; a language is as a whole of the query's script or not.

    One query and language after the other: what is read again is then still in the processor's cache.
    """
    weights = mixture.weights(signals)
    total = np.zeros_like(signals["words"])
    for query, out in enumerate(total):
        for rows, first, lang in zip(groups.rows, groups.firsts, groups.languages, strict=True):
            part, shift = out[rows], out.dtype.type(0)
            for name, (inside, across) in weights.items():
                scores = signals[name][query]
                mean, deviation = middle_of(scores, rows, query, lang, moments.get(name))
                factor = (inside if same_script[query, first] else across) / deviation
                part += scores[rows] * factor
                shift -= mean * factor
            out[rows] = part + shift
    return total
