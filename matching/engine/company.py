"""What texts add to the score of one that says the like in another language."""

from dataclasses import dataclass

import numpy as np

from matching.engine import fusion
from matching.engine.lexical import Array

ALIKE = 0.3  # cosine of centred vectors from which a text is a neighbour at all


@dataclass(frozen=True)
class Pairs:
    """Texts that are alike, each pair from both sides, in the order of the texts and of the others."""

    texts: Array
    others: Array
    values: Array  # cosines

    @classmethod
    def of(cls, alike: Array) -> "Pairs":
        """From all cosines; -1 stands for what is no neighbour whatever it says."""
        texts, others = np.nonzero(alike >= ALIKE)
        return cls(texts, others, alike[texts, others])

    def nearest(self, size: int) -> "Pairs":
        """Of each of so many texts its two nearest, and those that are as near as the second."""
        sizes = np.bincount(self.texts, minlength=size)
        some = np.flatnonzero(sizes)
        if not len(some):
            return self
        starts = np.cumsum(sizes[some]) - sizes[some]
        most, least = np.zeros((2, size), self.values.dtype)
        most[some] = np.maximum.reduceat(self.values, starts)
        is_first = self.values == most[self.texts]
        least[some] = np.maximum.reduceat(np.where(is_first, np.float32(0), self.values), starts)
        least = np.where(np.bincount(self.texts[is_first], minlength=size) > 1, most, least)
        return self.chosen(self.values >= least[self.texts])

    def chosen(self, kept: Array) -> "Pairs":
        return Pairs(self.texts[kept], self.others[kept], self.values[kept])


@dataclass(frozen=True)
class Kin:
    """Which of all texts are alike, for many questions about a few of them."""

    pairs: Pairs
    starts: Array  # of each text in `pairs`, and the end

    @classmethod
    def of(cls, alike: Array) -> "Kin":
        pairs = Pairs.of(alike)
        return cls(pairs, np.searchsorted(pairs.texts, np.arange(len(alike) + 1)))

    def among(self, texts: Array) -> Pairs:
        """Of these (ascending), by their places here."""
        starts, sizes = self.starts[texts], self.starts[texts + 1] - self.starts[texts]
        owners = np.repeat(np.arange(len(texts)), sizes)
        rows = starts[owners] + np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.full(len(self.starts) - 1, -1)
        places[texts] = np.arange(len(texts))
        found = Pairs(owners, places[self.pairs.others[rows]], self.pairs.values[rows])
        return found.chosen(found.others >= 0)


def company(pairs: Pairs, scores: Array) -> tuple[Array, Array]:
    """What the nearest add to the score of each text, and how much they weigh beside it."""
    size, near = len(scores), pairs.nearest(len(scores))
    weights = (near.values - ALIKE) / (1 - ALIKE)
    whole = np.bincount(near.texts, weights, size)
    weights *= (fusion.MIXTURE.company / np.maximum(whole, 1))[near.texts]
    heard = np.bincount(near.texts, weights * scores[near.others], size)
    return heard, np.bincount(near.texts, weights, size)
