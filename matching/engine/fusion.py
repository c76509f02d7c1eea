"""Several opinions on what is alike, on one scale, so that a ranking holds within and across languages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
CELLS = 2**15  # scores worked on at once: what is read again is then still in the processor's cache


@dataclass(frozen=True)
class Lens:
    """What made the scores of some queries from their signals: (queries, languages) each."""

    languages: tuple[int, ...]
    factors: Mapping[str, Array]
    shifts: Array
    means: Array
    deviations: Array

    def of(self, signals: Mapping[str, Array], groups: Groups) -> Array:
        """The scores of a few rows, as they are in the whole."""
        found = np.empty_like(signals["words"])
        for rows, lang in zip(groups.rows, groups.languages, strict=True):
            at = [self.languages.index(lang)]
            part = np.zeros_like(found[:, rows])
            for name, factors in self.factors.items():
                part += signals[name][:, rows] * factors[:, at]
            part += self.shifts[:, at]
            found[:, rows] = (part - self.means[:, at]) / self.deviations[:, at]
        return found

    def of_queries(self, chosen: Array) -> "Lens":
        factors = {name: own[chosen] for name, own in self.factors.items()}
        return Lens(self.languages, factors, self.shifts[chosen], self.means[chosen], self.deviations[chosen])

    @classmethod
    def joined(cls, every: Sequence["Lens"]) -> "Lens":
        """Of several queries in the same collection."""
        first, *_ = every
        return cls(
            first.languages,
            {name: np.concatenate([one.factors[name] for one in every]) for name in first.factors},
            *(
                np.concatenate([getattr(one, name) for one in every])
                for name in ("shifts", "means", "deviations")
            ),
        )


def standardise(scores: Array, groups: Groups, moments: Moments | None = None) -> tuple[Array, Array, Array]:
    """Scores (queries, rows) in standard deviations from the mean of each row's own language, and both."""
    out, shape = np.empty_like(scores), (len(scores), len(groups.rows))
    means, deviations = np.empty(shape, scores.dtype), np.empty(shape, scores.dtype)
    for some in blocks(scores):
        whole = scores[some]
        for place, (rows, lang) in enumerate(zip(groups.rows, groups.languages, strict=True)):
            mean, deviation = middle_of(whole, rows, some, lang, moments)
            out[some, rows] = (whole[:, rows] - mean) / deviation
            means[some, place], deviations[some, place] = mean[:, 0], deviation[:, 0]
    return out, means, deviations


def blocks(scores: Array) -> Iterator[slice]:
    """Queries whose scores are worked on at once."""
    size = max(1, CELLS // max(1, scores.shape[1]))
    return (slice(start, start + size) for start in range(0, len(scores), size))


def middle_of(
    scores: Array, rows: Any, queries: slice, lang: int, moments: Moments | None
) -> tuple[Array, Array]:
    """Mean and standard deviation of each query's scores in a language: theirs, or those that are given."""
    if moments is None:
        mean, var = middle(scores, rows)
    else:
        mean, var = (one[queries] for one in moments.languages.get(lang, moments.elsewhere))
    return mean, np.sqrt(np.where(var > 1e-12, var, var.dtype.type(1)))


def middle(scores: Array, rows: Any, weights: Array | None = None) -> tuple[Array, Array]:
    """Mean and variance of each query's scores in one language; `weights`: for how many texts a row stands.

    A language with few texts borrows from all: three texts have no spread to speak of.
    """
    part, own = scores[:, rows], None if weights is None else weights[rows]
    mean, var = spread(part, own)
    borrowed = max(0.0, 1 - (part.shape[1] if own is None else float(own.sum())) / ENOUGH)
    if borrowed:
        whole = spread(scores, weights)
        mean = (1 - borrowed) * mean + borrowed * whole[0]
        var = (1 - borrowed) * var + borrowed * whole[1]
    return mean, var


def spread(scores: Array, weights: Array | None = None) -> tuple[Array, Array]:
    """Mean and variance of each query's scores, (queries, 1)."""
    if weights is not None:
        mean = np.average(scores, axis=1, weights=weights, keepdims=True)
        return mean, np.average((scores - mean) ** 2, axis=1, weights=weights, keepdims=True)
    size = scores.dtype.type(scores.shape[1])
    mean = np.add.reduce(scores, axis=1, keepdims=True) / size
    off = scores - mean
    return mean, np.vecdot(off, off)[:, None] / size


def moments_of(scores: Array, groups: Groups, weights: Array | None = None) -> Moments:
    pairs = zip(groups.rows, groups.languages, strict=True)
    return Moments({lang: middle(scores, rows, weights) for rows, lang in pairs}, spread(scores, weights))


def scale_of(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture = MIXTURE,
    weights: Array | None = None,
) -> Scale:
    """The scale of the rows at hand, or of a collection of which each stands for as many as its weight."""
    moments = {name: moments_of(values, groups, weights) for name, values in signals.items()}
    mixed, _, _ = mix(signals, same_script, groups, mixture, moments)
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
    return fused(signals, same_script, groups, mixture, scale)[0]


def fused(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture = MIXTURE,
    scale: Scale | None = None,
) -> tuple[Array, Lens]:
    """The same, and what would make it of single cells."""
    moments = scale.moments if scale else {}
    mixed, factors, shifts = mix(signals, same_script, groups, mixture, moments)
    scores, means, deviations = standardise(mixed, groups, moments.get(MIXED))
    return scores, Lens(tuple(groups.languages), factors, shifts, means, deviations)


def mix(
    signals: Mapping[str, Array],
    same_script: Array,
    groups: Groups,
    mixture: Mixture,
    moments: Mapping[str, Moments],
) -> tuple[Array, dict[str, Array], Array]:
    """The weighed sum of the standardised signals; by what each was multiplied, and what was added to all.

    A language is as a whole of the query's script or not.
    """
    weights, total = mixture.weights(signals), np.zeros_like(signals["words"])
    shape, languages = (len(total), len(groups.rows)), groups.languages
    factors = {name: np.empty(shape, total.dtype) for name in weights}
    shifts = np.zeros(shape, total.dtype)
    for some in blocks(total):
        for place, rows in enumerate(groups.rows):
            same, part = same_script[some, groups.firsts[place]], np.zeros_like(total[some, rows])
            for name, (inside, across) in weights.items():
                scores, of = signals[name][some], moments.get(name)
                mean, deviation = middle_of(scores, rows, some, languages[place], of)
                factor = np.where(same, inside, across).astype(total.dtype) / deviation[:, 0]
                part += scores[:, rows] * factor[:, None]
                shifts[some, place] -= mean[:, 0] * factor
                factors[name][some, place] = factor
            total[some, rows] = part + shifts[some, place, None]
    return total, factors, shifts
