"""From factors to a probability that explains itself, within the limits that policy sets."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from matching.engine.factors import (
    FACTORS,
    OF_TEXT,
    Need,
    Offer,
    Signals,
    concepts,
    guessed_standing,
    meaning,
    standing,
    values,
    words,
)
from matching.engine.feasibility import Feasibility, Gap, gaps, judge

QUALITY = ("readiness", "certificates", "track_record", "novelty")  # how good an offer is, whatever the wish
TRACK_RECORD_AT_MOST = 0.15
NOVELTY_AT_LEAST = 0.20
ASKED = ("topics", "readiness", "budget", "timetable", "site", "novelty")  # facts that both sides can state
ASKED_TOO = (*ASKED, "certificates")
LOGIT_LIMIT = 14.0  # past it a probability in double precision no longer tells its logit to 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each factor, and the value at which it says nothing: what an unknown one counts as.

    :raises ValueError: a weight is negative (more of a good thing may not harm), or against policy.
    """

    intercept: float
    weights: Mapping[str, float]
    neutral: Mapping[str, float]

    def __post_init__(self) -> None:
        if set(self.weights) != set(FACTORS) or set(self.neutral) != set(FACTORS):
            raise ValueError(f"weights and neutral values are needed for exactly {', '.join(FACTORS)}")
        figures = [self.intercept, *self.weights.values(), *self.neutral.values()]
        if not all(math.isfinite(figure) for figure in figures) or min(self.weights.values()) < 0:
            raise ValueError("weights must be finite and not negative")
        if not all(0 <= value <= 1 for value in self.neutral.values()) or self.neutral["track_record"]:
            raise ValueError("neutral values lie between 0 and 1; a missing track record is never a penalty")
        if abs(self.intercept) + sum(self.weights.values()) > 2 * LOGIT_LIMIT or self.highest() > LOGIT_LIMIT:
            raise ValueError(f"weights must keep the logit within {LOGIT_LIMIT}")
        quality = sum(self.weights[name] for name in QUALITY)
        if self.weights["track_record"] > TRACK_RECORD_AT_MOST * quality + 1e-12:
            raise ValueError("what a vendor did before may weigh 15 % of the quality side at most")
        if self.weights["novelty"] < NOVELTY_AT_LEAST * quality - 1e-12:
            raise ValueError("novelty has at least 20 % of the quality side")

    def highest(self) -> float:
        """The logit furthest from nought that any factors can give."""
        best = self.intercept + sum(w * (1 - self.neutral[name]) for name, w in self.weights.items())
        worst = self.intercept - sum(w * self.neutral[name] for name, w in self.weights.items())
        return max(abs(best), abs(worst))

    def as_dict(self) -> dict[str, Any]:
        return {"intercept": self.intercept, "weights": dict(self.weights), "neutral": dict(self.neutral)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Weights":
        return cls(record["intercept"], record["weights"], record["neutral"])


# Text: a logistic fit on linked pairs against random and hard others of four public sets, rounded.
# Facts: by hand, each worth less than a clear likeness of the texts.
DEFAULT_WEIGHTS = Weights(
    intercept=-3.7,
    weights={
        "meaning": 4.0,
        "words": 1.0,
        "concepts": 0.6,
        "standing": 8.5,
        "topics": 1.0,
        "readiness": 0.8,
        "budget": 0.8,
        "timetable": 0.5,
        "site": 0.6,
        "certificates": 0.5,
        "track_record": 0.3,
        "novelty": 0.5,
    },
    neutral={
        "meaning": 0.0,
        "words": 0.15,
        "concepts": 0.0,
        "standing": 0.2,
        "topics": 0.25,
        "readiness": 0.6,
        "budget": 0.6,
        "timetable": 0.6,
        "site": 0.6,
        "certificates": 0.6,
        "track_record": 0.0,
        "novelty": 0.0,
    },
)


class Contribution(NamedTuple):  # twelve for each pair: a frozen dataclass takes four times as long to make
    name: str
    value: float | None  # 0 to 1; None when it is not known
    weight: float
    logit_share: float


@dataclass(frozen=True, slots=True)
class Score:
    """`intercept` and the shares of the contributions add up to the logit of `probability`."""

    probability: float
    contributions: tuple[Contribution, ...]
    intercept: float
    feasibility: Feasibility
    gaps: tuple[Gap, ...]
    confidence: float


def score(need: Need, offer: Offer, signals: Signals, weights: Weights = DEFAULT_WEIGHTS) -> Score:
    """How likely the two belong together. What is not known has no share in it, and lowers the confidence."""
    known, weight, neutral = values(need, offer, signals), weights.weights, weights.neutral
    contributions = tuple(
        [
            Contribution(
                name, value, weight[name], 0.0 if value is None else weight[name] * (value - neutral[name])
            )
            for name, value in known.items()
        ]
    )
    logit = weights.intercept + sum([c.logit_share for c in contributions])
    return Score(
        1 / (1 + math.exp(-logit)),
        contributions,
        weights.intercept,
        judge(need, offer),
        gaps(need, offer),
        confidence(need, known, weights),
    )


def likeness(signals: Signals, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Of two texts alone: the probability of `score` where neither side states a fact."""
    logit, weight, neutral = weights.intercept, weights.weights, weights.neutral
    alike, shared = meaning(signals), words(signals)
    far = standing(signals) if "standing" in signals else guessed_standing(alike, shared)
    for name, value in zip(OF_TEXT, (alike, shared, concepts(signals), far), strict=True):
        if value is not None:
            logit += weight[name] * (value - neutral[name])
    return 1 / (1 + math.exp(-logit))


def nearness(fused: float, alike: float) -> float:
    """The order for who looks for texts: `fused` and the log odds of `likeness` (ADR 0044).

    A fused score tells how far a text stands out in its own language, and something stands out in each; how
    alike two texts are is told across all.
    """
    return fused + math.log(alike / (1 - alike))


def confidence(need: Need, known: Mapping[str, float | None], weights: Weights) -> float:
    """Half for texts that were compared, half for the facts that both sides stated, by their weights."""
    weight, asked = weights.weights, ASKED_TOO if need.certificates else ASKED
    whole = sum([weight[name] for name in asked])
    stated = sum([weight[name] for name in asked if known[name] is not None])
    read = 0.5 if known["meaning"] is not None else 0.25 if known["words"] is not None else 0.0
    return read + 0.5 * (stated / whole if whole else 1.0)
