"""Questions that wait for what is new: one new text against all of them at once.

What `likeness` says of a question and a text, as arrays: the models' vectors of the questions are one matrix,
their words one list with the place where each question begins. A new text is one product with the first and
one look-up for the second, so that a question costs some kilobytes of arithmetic and no query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.engine.dense import Role
from matching.engine.items import Prepared, PreparedPassage
from matching.engine.lexical import K3, Array, Collection, counted, places, saturated
from matching.engine.rank import DEFAULT_WEIGHTS, Weights
from matching.engine.rows import TERM
from matching.engine.segments import CODES, SCRIPTS, Segment
from matching.engine.statistics import Statistics

# Chosen on public sets, each judged by limits that it had no part in (docs/benchmarks.md, "Saved searches").
ONE_SCRIPT = 0.6
TWO_SCRIPTS = 0.45
STORED = np.dtype(
    "<f2"
)  # of a vector that waits: 1e-3 of a number is nothing beside what the models disagree


@dataclass(frozen=True)
class Bags:
    """The different words of many questions, one question after the other."""

    ends: Array  # after a nought
    terms: Array  # ids
    weights: Array  # what BM25 makes of how often the question says each

    @classmethod
    def of(cls, packed: Sequence[bytes]) -> "Bags":
        every = np.frombuffer(b"".join(packed), TERM)
        counts = every["count"].astype(np.float32)
        ends = np.cumsum([0, *(len(one) // TERM.itemsize for one in packed)])
        weights = (counts * (K3 + 1) / (counts + K3)).astype(np.float32)
        return cls(ends, every["term"].astype(np.uint64), weights)

    @cached_property
    def owners(self) -> Array:
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))

    def summed(self, values: Array) -> Array:
        """Of each question, what a value for each of its words adds up to."""
        return np.bincount(self.owners, values * self.weights, minlength=len(self.ends) - 1)

    def wholes(self, counts: Collection, group: int) -> Array:
        """As `Collection.whole`, of each question."""
        at, known = places(counts.terms, self.terms)
        df = np.zeros(len(self.terms))
        df[known] = counts.frequencies[at[known], group]
        return self.summed(np.log1p((counts.sizes[group] - df + 0.5) / (df + 0.5)))


@dataclass(frozen=True)
class Watch:
    """Some questions as arrays."""

    langs: Array  # codes
    words: Bags
    concepts: Bags
    vectors: Mapping[str, Array]  # of each model (questions, dim), as the model gave them

    @classmethod
    def of(cls, questions: Sequence[PreparedPassage]) -> "Watch":
        """Of questions that were never stored."""
        models = sorted(set.intersection(*(set(one.vectors) for one in questions))) if questions else []
        return cls(
            np.array([CODES[one.lang] for one in questions], np.uint8),
            Bags.of([packed(one.tokens) for one in questions]),
            Bags.of([packed(one.concepts) for one in questions]),
            {name: np.array([one.vectors[name] for one in questions], np.float32) for name in models},
        )

    def __len__(self) -> int:
        return len(self.langs)

    def centred(self, model: str, statistics: Statistics) -> Array:
        moved = self.vectors[model].astype(np.float32) - statistics.centres[model, "wish"][self.langs]
        moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        return moved


def packed(bag: Sequence[str]) -> bytes:
    """The different words of a question with how often it says each, by id."""
    ids, counts = counted(bag)
    found = np.empty(len(ids), TERM)
    found["term"], found["count"] = ids, np.minimum(counts, np.iinfo(np.uint16).max)
    return found.tobytes()


@dataclass(frozen=True)
class Noticed:
    """How alike each question and one text are, and by which limit that is judged."""

    likeness: Array  # 0 to 1
    same_script: Array

    @property
    def found(self) -> Array:
        """The numbers of the questions that the text is about."""
        return np.flatnonzero(self.likeness >= np.where(self.same_script, ONE_SCRIPT, TWO_SCRIPTS))


class Watcher:
    """Questions and what is known of the collection, ready for one new text after the other."""

    def __init__(self, watch: Watch, statistics: Statistics) -> None:
        self.watch, self.statistics = watch, statistics
        self.units = {
            model: watch.centred(model, statistics)
            for model in watch.vectors
            if (model, "wish") in statistics.centres
        }
        self._wholes: dict[tuple[str, Role, int], Array] = {}

    def notice(self, item: Prepared, weights: Weights = DEFAULT_WEIGHTS) -> Noticed:
        """By the language version of the text that is furthest above its limit."""
        best = np.full(len(self.watch), -1.0)
        likeness, same = np.zeros(len(self.watch)), np.zeros(len(self.watch), bool)
        for passage in item.passages:
            in_script = SCRIPTS[self.watch.langs] == SCRIPTS[CODES[passage.lang]]
            found = self.likeness(passage, item.role, in_script, weights)
            above = found - np.where(in_script, ONE_SCRIPT, TWO_SCRIPTS)
            better = above > best
            best[better], likeness[better], same[better] = above[better], found[better], in_script[better]
        return Noticed(likeness, same)

    def likeness(self, passage: PreparedPassage, role: Role, same: Array, weights: Weights) -> Array:
        """`rank.likeness` of each question with one language version."""
        weight, neutral = weights.weights, weights.neutral
        words = np.where(same, self.share("words", passage, role), neutral["words"])
        logit = weights.intercept + weight["words"] * (words - neutral["words"])
        logit += weight["concepts"] * (self.share("concepts", passage, role) - neutral["concepts"])
        alike = self.meaning(passage, role, same)
        if alike is not None:
            far = np.clip(0.26 + 0.6 * alike + np.where(same, 0.2 * (words - 0.15), 0), 0, 1)
            logit += weight["meaning"] * (alike - neutral["meaning"])
            logit += weight["standing"] * (far - neutral["standing"])
        found: Array = 1 / (1 + np.exp(-logit))
        return found

    def meaning(self, passage: PreparedPassage, role: Role, same: Array) -> Array | None:
        cosines = []
        for model in ("e5", "use"):
            if model in self.units and model in passage.vectors:
                code = CODES[passage.lang]
                cosines.append(
                    self.units[model]
                    @ self.statistics.centre_query(model, role, code, passage.vectors[model])
                )
        if not cosines:
            return None
        return np.clip(np.where(same, 1.0, 1.2) * sum(cosines) / len(cosines), 0, 1)

    def share(self, kind: str, passage: PreparedPassage, role: Role) -> Array:
        """How much of what each question says stands in the text, by weight of the words."""
        counts: Collection = getattr(self.statistics, kind)[role]
        bags: Bags = getattr(self.watch, kind)
        group = int(SCRIPTS[CODES[passage.lang]]) if kind == "words" else 0
        held = Segment.build([Prepared("", role, (passage,))])
        postings = getattr(held, kind)
        lengths = counts.lengths(postings, np.array([group], np.int8))
        worth = saturated(postings.counts, lengths[postings.rows]) * counts.idf_of(postings.terms)[:, group]
        at, known = places(postings.terms, bags.terms)
        values = np.zeros(len(bags.terms))
        values[known] = worth[at[known]]
        whole = self.whole(kind, role, group)
        return np.minimum(1, bags.summed(values) / np.where(whole > 0, whole, np.inf))

    def whole(self, kind: str, role: Role, group: int) -> Array:
        place = (kind, role, group)
        if place not in self._wholes:
            counts = getattr(self.statistics, kind)[role]
            self._wholes[place] = getattr(self.watch, kind).wholes(counts, group)
        return self._wholes[place]
