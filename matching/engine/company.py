"""What texts add to the score of one that says the like in another language."""

import numpy as np

from matching.engine import fusion
from matching.engine.lexical import Array

NEIGHBOURS = 2
ALIKE = 0.3  # cosine of centred vectors from which a text is a neighbour at all


def runs(codes: Array) -> list[slice]:
    """Stretches of the same code."""
    starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(codes)], strict=True)]


def company(alike: Array, scores: Array) -> tuple[Array, Array]:
    """What the nearest of others (columns) add to each text, and how much they weigh beside its own score."""
    if alike.shape[1] < NEIGHBOURS:
        least = np.full((len(alike), 1), ALIKE, np.float32)
    else:
        nearest = np.partition(alike, -NEIGHBOURS, axis=1)[:, [-NEIGHBOURS]]
        least = np.maximum(nearest, np.float32(ALIKE))
    texts, others = np.nonzero(alike >= least)
    weights = (alike[texts, others] - ALIKE) / (1 - ALIKE)
    whole = np.bincount(texts, weights, len(alike))
    weights *= (fusion.MIXTURE.company / np.maximum(whole, 1))[texts]
    return (
        np.bincount(texts, weights * scores[others], len(alike)),
        np.bincount(texts, weights, len(alike)),
    )
