"""People whose preference is known: their verdicts are drawn from weights of their own, with doubt."""

import numpy as np

from matching.engine import DEFAULT_WEIGHTS, Weights
from matching.engine.factors import FACTORS, OF_TEXT
from matching.engine.fitting import Example, centred

EACH = 6  # verdicts on a wish
APPROVED = 0.45
LITTLE_TEXT = {name: DEFAULT_WEIGHTS.weights[name] / 4 for name in OF_TEXT}
PREFERENCES = {  # what each looks at first; the rest weighs as delivered
    "budget": {"budget": 5.0},
    "site and time": {"site": 4.0, "timetable": 4.0},
    "topics": {"topics": 6.0},
    "readiness": {"readiness": 5.0, "novelty": 1.6},
    "novelty": {"novelty": 5.0},
}


def preferring(name):
    weights = {**DEFAULT_WEIGHTS.weights, **LITTLE_TEXT, **PREFERENCES[name]}
    return Weights(0.0, weights, DEFAULT_WEIGHTS.neutral)


def pairs(chance, count):
    """(wish, solution, values): the factors of the texts go together; one fact in seven is missing."""
    rows = []
    for number in range(count):
        likeness = chance.beta(2, 3)
        values = {}
        for name in FACTORS:
            if name in OF_TEXT:
                values[name] = float(np.clip(likeness + chance.normal(0, 0.15), 0, 1))
            elif name == "track_record":
                values[name] = float(1 - 0.5 ** chance.poisson(0.5))
            elif chance.random() < 0.15:
                values[name] = None
            elif name == "novelty":
                values[name] = float(chance.integers(0, 2))
            else:
                values[name] = float(chance.choice([0, 0.3, 0.5, 0.6, 1, 1]))
        rows.append((number // EACH + 1, number + 1, values))
    return rows


def liking(rows, weights):
    """The logit of each pair to such a person, who approves a little less than half."""
    found = [
        sum(weights.weights[name] * centred(values[name], weights.neutral[name]) for name in FACTORS)
        for _, _, values in rows
    ]
    return np.array(found) - np.quantile(found, 1 - APPROVED)


def verdicts(seed, logit_of, count=300):
    chance = np.random.default_rng(seed)
    rows = pairs(chance, count)
    likely = 1 / (1 + np.exp(-logit_of(rows)))
    return [
        Example(wish, solution, values, bool(chance.random() < one))
        for (wish, solution, values), one in zip(rows, likely, strict=True)
    ]


def of_expert(name, seed, count=300):
    return verdicts(seed, lambda rows: liking(rows, preferring(name)), count)


def by_lot(seed, share=0.5):
    return verdicts(seed, lambda rows: np.full(len(rows), np.log(share / (1 - share))))


def upside_down(seed):
    return verdicts(seed, lambda rows: -liking(rows, DEFAULT_WEIGHTS))


def like_the_engine(seed):
    return verdicts(seed, lambda rows: liking(rows, DEFAULT_WEIGHTS))
