"""The engine against each peer: means, what chance may do to them, and the ratio to the best peer."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from innoportal.bench.peers import chance
from innoportal.bench.peers.judging import ALONE, ENGINE, Judged
from innoportal.bench.peers.systems import CENTRED
from matching.engine import metrics
from matching.engine.lexical import Array

OURS = (ENGINE, ALONE)
KINDS = ("within a language", "across languages", "one pool")
NDCG = metrics.NAMES[0]
Measured = TypeVar("Measured")
NOISE = 0.05  # a probability from which a difference may be chance


@dataclass(frozen=True)
class Estimate:
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Against:
    difference: float  # ours less the peer's
    p: float

    @property
    def certain(self) -> bool:
        return self.p < NOISE


@dataclass(frozen=True)
class Verdict:
    queries: int
    groups: int  # of queries that share an answer
    systems: Mapping[str, Mapping[str, Estimate]]  # by name, then measure
    against: Mapping[str, Mapping[str, Mapping[str, Against]]]  # by ours, peer, measure

    def mean(self, system: str, measure: str = NDCG) -> float:
        return self.systems[system][measure].mean

    def best(self, measure: str = NDCG) -> str:
        """The peer with the highest mean; of equals, the first."""
        return highest({name: self.mean(name, measure) for name in self.systems})

    def to_best(self, ours: str, measure: str = NDCG) -> Against:
        return self.against[ours][self.best(measure)][measure]

    def ratio(self, ours: str = ENGINE) -> float:
        return self.mean(ours) / self.mean(self.best())

    def as_dict(self) -> dict[str, Any]:
        def four(values: Iterable[float]) -> list[float]:
            return [round(value, 4) for value in values]

        return {
            "queries": self.queries,
            "groups": self.groups,
            "systems": {
                name: {m: four((e.mean, e.low, e.high)) for m, e in measures.items()}
                for name, measures in self.systems.items()
            },
            "less each peer": {
                ours: {
                    peer: {
                        m: {"difference": round(a.difference, 4), "p": round(a.p, 4)} for m, a in ms.items()
                    }
                    for peer, ms in peers.items()
                }
                for ours, peers in self.against.items()
            },
            "best peer": self.best(),
            "ratio": {ours: round(self.ratio(ours), 4) for ours in self.against},
        }


@dataclass(frozen=True)
class Reach:
    """nDCG@10 as ratios to one peer's, or to that of the best peer of each set and direction."""

    peer: str | None  # None: of each set and direction its own
    perfect: float  # of a ranking with every answer on top, whose nDCG@10 is 1
    ours: Mapping[str, float]

    def share(self, ours: str) -> float:
        """What we gain of what a perfect ranking gains; not a number where it gains nothing."""
        possible = self.perfect - 1
        return (self.ours[ours] - 1) / possible if possible > 1e-9 else math.nan

    def as_dict(self) -> dict[str, Any]:
        shares = {ours: self.share(ours) for ours in self.ours}
        return {
            "peer": self.peer,
            "perfect": round(self.perfect, 4),
            "ours": {ours: round(ratio, 4) for ours, ratio in self.ours.items()},
            "share": {ours: None if math.isnan(s) else round(s, 4) for ours, s in shares.items()},
        }


@dataclass(frozen=True)
class Comparison:
    sizes: Mapping[str, Mapping[str, int]]  # by set
    judged: Sequence[Judged]

    @cached_property
    def pairs(self) -> dict[tuple[str, str, str], Verdict]:
        """By set, direction and pair of languages."""
        return {(one.name, one.direction, one.pair): weigh([one]) for one in self.judged}

    @cached_property
    def kinds(self) -> dict[tuple[str, str, str], Verdict]:
        """By set, direction and kind: the questions of all pairs of a kind."""
        parts: dict[tuple[str, str, str], list[Judged]] = {}
        for one in self.judged:
            if kind := kind_of(one.pair):
                parts.setdefault((one.name, one.direction, kind), []).append(one)
        ordered = dict.fromkeys((one.name, one.direction, kind) for one in self.judged for kind in KINDS)
        return {place: weigh(parts[place]) for place in ordered if place in parts}

    def ratios(self, direction: str | None = None, ours: str = ENGINE) -> dict[str, float]:
        """By kind, the mean over sets of our nDCG@10 divided by that of the set's best peer."""
        found = {}
        for kind in KINDS:
            of_kind = [
                verdict.ratio(ours)
                for (_, way, k), verdict in self.kinds.items()
                if k == kind and direction in (None, way) and ours in verdict.systems
            ]
            if of_kind:
                found[kind] = float(np.mean(of_kind))
        return found

    def means(self, measure: str = NDCG) -> dict[str, dict[str, float]]:
        """By kind and system, the mean over sets and directions."""
        found: dict[str, dict[str, float]] = {}
        for kind in KINDS:
            rows = [verdict for (_, _, k), verdict in self.kinds.items() if k == kind]
            for system in rows[0].systems if rows else ():
                found.setdefault(kind, {})[system] = float(
                    np.mean([row.mean(system, measure) for row in rows])
                )
        return found

    def reaches(self) -> dict[str, tuple[Reach, Reach]]:
        """By kind, to the best peers of each set, and to the peer that is best over the sets together."""
        return {kind: (self.to_each(kind), self.to_single(kind)) for kind in self.means()}

    def to_each(self, kind: str) -> Reach:
        rows = [verdict for (_, _, k), verdict in self.kinds.items() if k == kind]
        perfect = float(np.mean([1 / row.mean(row.best()) for row in rows]))
        every = {ours: self.ratios(ours=ours) for ours in OURS}
        return Reach(None, perfect, {ours: by[kind] for ours, by in every.items() if kind in by})

    def to_single(self, kind: str) -> Reach:
        """Of means over sets and directions."""
        means = self.means()[kind]
        peer = highest(means)
        ours = {name: means[name] / means[peer] for name in OURS if name in means}
        return Reach(peer, 1 / means[peer], ours)

    @cached_property
    def places(self) -> dict[tuple[str, str, str], Verdict]:
        """Kinds and pairs, but for a pair that is a kind by itself."""
        return self.kinds | {place: v for place, v in self.pairs.items() if place[2] != "all > all"}

    def below(self) -> list[tuple[tuple[str, str, str], str, str]]:
        """(set, direction, pair or kind), measure and which of ours, where some peer's mean is above it."""
        return [
            (place, measure, ours)
            for measure in metrics.NAMES
            for ours in OURS
            for place, verdict in self.places.items()
            if ours in verdict.systems and verdict.to_best(ours, measure).difference < -1e-9
        ]

    def as_dict(self) -> dict[str, Any]:
        def nested(table: Mapping[tuple[str, str, str], Verdict]) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for (name, direction, last), verdict in table.items():
                found.setdefault(name, {}).setdefault(direction, {})[last] = verdict.as_dict()
            return found

        directions = sorted({direction for _, direction, _ in self.kinds})
        return {
            "sets": self.sizes,
            "ratio": {
                ours: {way or "both": self.ratios(way, ours) for way in (*directions, None)} for ours in OURS
            },
            "reach": {kind: [one.as_dict() for one in two] for kind, two in self.reaches().items()},
            "means": {measure: self.means(measure) for measure in metrics.NAMES},
            "below": [[*place, *rest] for place, *rest in self.below()],
            "kinds": nested(self.kinds),
            "pairs": nested(self.pairs),
        }


def highest(means: Mapping[str, float]) -> str:
    """The peer with the highest mean; of equals, the first."""
    return max((name for name in means if name not in (*OURS, CENTRED)), key=lambda name: means[name])


def kind_of(pair: str) -> str | None:
    """None for one language against the pool, whose questions are in the whole pool already."""
    asks, answers = pair.split(" > ")
    if answers == "all":
        return "one pool" if asks == "all" else None
    return "within a language" if asks == answers else "across languages"


def weigh(parts: Sequence[Judged]) -> Verdict:
    names = list(parts[0].values)
    groups = np.unique(np.concatenate([one.groups for one in parts]), return_inverse=True)[1]
    values = {name: np.concatenate([one.values[name] for one in parts]) for name in names}
    every = np.concatenate([values[name] for name in names], axis=1)
    low, high = chance.intervals(every, groups).reshape(2, len(names), -1)
    means = every.mean(axis=0).reshape(len(names), -1)
    systems = {name: named(map(Estimate, means[i], low[i], high[i])) for i, name in enumerate(names)}
    against = {ours: less(values, ours, groups) for ours in OURS if ours in values}
    return Verdict(len(groups), int(groups.max()) + 1, systems, against)


def less(values: Mapping[str, Array], ours: str, groups: Array) -> dict[str, dict[str, Against]]:
    """Ours less each peer, by peer and measure."""
    peers = [name for name in values if name not in OURS]
    differences = np.concatenate([values[ours] - values[peer] for peer in peers], axis=1)
    chances = chance.probabilities(differences, groups).reshape(len(peers), -1)
    means = differences.mean(axis=0).reshape(len(peers), -1)
    return {peer: named(map(Against, means[i], chances[i])) for i, peer in enumerate(peers)}


def named(values: Iterable[Measured]) -> dict[str, Measured]:
    return dict(zip(metrics.NAMES, values, strict=True))
