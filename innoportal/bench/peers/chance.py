"""How far a mean, and a difference of means, may come from which questions a set happens to hold.

Questions that have an answer in common, such as one question in three languages, are drawn together: they
succeed and fail together, and counted as many they would feign certainty.
"""

from functools import lru_cache

import numpy as np

from matching.engine.lexical import Array

DRAWS = 10_000
SEED = 20261121


def intervals(values: Array, groups: Array) -> Array:
    """The middle 95 % of bootstrapped means (2, columns) of values (questions, columns)."""
    drawn = samples(int(groups.max()) + 1)
    sizes = np.bincount(groups)
    means = drawn @ summed(values, groups) / (drawn @ sizes)[:, None]
    found: Array = np.percentile(means, [2.5, 97.5], axis=0)
    return found


def probabilities(differences: Array, groups: Array) -> Array:
    """Paired randomisation, two-sided: how often signs by lot make a mean (columns) as far from 0."""
    sums = summed(differences, groups)
    lots = np.abs(signs(len(sums)) @ sums)
    least = np.abs(sums.sum(axis=0)) - 1e-9
    found: Array = (1 + (lots >= least).sum(axis=0)) / (DRAWS + 1)
    return found


def summed(values: Array, groups: Array) -> Array:
    """Sums (groups, columns); groups are numbers from 0 without a gap."""
    sums = np.zeros((int(groups.max()) + 1, values.shape[1]))
    np.add.at(sums, groups, values)
    return sums


@lru_cache(maxsize=4)
def samples(groups: int) -> Array:
    """How often each group is drawn in each sample."""
    lots = np.random.default_rng(SEED).multinomial(groups, np.full(groups, 1 / groups), DRAWS)
    return lots.astype(np.float64)


@lru_cache(maxsize=4)
def signs(groups: int) -> Array:
    return np.random.default_rng(SEED).integers(0, 2, (DRAWS, groups)).astype(np.float64) * 2 - 1
