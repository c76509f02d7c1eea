"""Ways to choose the two sentences that link two texts: each gives a likeness, and the highest is chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from innoportal.bench.sentences.cases import Case
from matching.engine.dense import Embedder
from matching.engine.explain import WORDS, shares, vectors
from matching.engine.glossary import shipped
from matching.engine.reading import Reading, read

TRIED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)  # weights of the words
ENGINE = "engine"


@dataclass(frozen=True, eq=False)
class Pair:
    """One case with what the ways look at, rows for the wish's sentences and columns for the solution's."""

    case: Case
    right: Any  # whether the two sentences are right
    cosines: Mapping[str, Any]  # by model, centred
    shared: Any  # how many words they have in common
    shares: Any  # as the engine weighs them, nought between two scripts


def pair(case: Case, embedders: Sequence[Embedder]) -> Pair:
    wish, solution = read(case.wish, shipped()), read(case.solution, shipped())
    right = [[case.is_right(one.span, other.span) for other in solution.sentences] for one in wish.sentences]
    return Pair(
        case,
        np.array(right),
        {model.name: vectors(wish, model) @ vectors(solution, model).T for model in embedders},
        np.array([[len(a.words & b.words) for b in solution.sentences] for a in wish.sentences]),
        shares(wish, solution),
    )


def warm(cases: Sequence[Case], embedders: Sequence[Embedder]) -> None:
    """Have the models read all sentences in batches."""
    for item in ("wish", "solution"):
        readings: list[Reading] = [read(getattr(case, item), shipped()) for case in cases]
        said = sorted({one.folded for reading in readings for one in reading.sentences})
        for model in embedders:
            model.encode(said, item)  # type: ignore[arg-type]


def first(pair: Pair) -> Any:
    rows, columns = pair.right.shape
    return -np.add.outer(np.arange(rows), np.arange(columns))


def with_words(weight: float) -> Callable[[Pair], Any]:
    return lambda pair: pair.cosines["use"] + weight * pair.shares


WAYS: Mapping[str, Callable[[Pair], Any]] = {
    ENGINE: with_words(WORDS),
    "first": first,
    "words": lambda pair: pair.shared,
    "E5": lambda pair: pair.cosines["e5"],
    "USE": lambda pair: pair.cosines["use"],
    "E5 + USE": lambda pair: pair.cosines["e5"] + pair.cosines["use"],
    "engine + E5": lambda pair: pair.cosines["e5"] + pair.cosines["use"] + WORDS * pair.shares,
}


def is_right(pair: Pair, way: Callable[[Pair], Any]) -> float:
    likeness = way(pair)
    return float(pair.right[np.unravel_index(int(likeness.argmax()), likeness.shape)])


def chosen_elsewhere(pairs: Mapping[str, Sequence[Pair]]) -> dict[str, tuple[float, list[float]]]:
    """By set: the weight of words that does best on the mean of the others, and what it gets right here."""
    right = {
        name: {weight: [is_right(one, with_words(weight)) for one in those] for weight in TRIED}
        for name, those in pairs.items()
    }
    found = {}
    for name in pairs:
        others = [right[other] for other in pairs if other != name]
        best = max(TRIED, key=lambda weight: sum(float(np.mean(other[weight])) for other in others))
        found[name] = best, right[name][best]
    return found
