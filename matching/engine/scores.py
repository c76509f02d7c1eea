"""Queries against everything of a role: each opinion, the fusion of them, and the best of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matching.engine import fusion, lexical
from matching.engine.dense import Role
from matching.engine.items import Prepared, PreparedPassage
from matching.engine.lexical import Array
from matching.engine.segments import CODES, SCRIPTS

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

COMPANY = 200  # best rows whose neighbours among them are heard
NEIGHBOURS = 2
ALIKE = 0.3  # cosine of centred vectors from which a text is a neighbour at all


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found; `signals` are those of the best pair of language versions (see `factors`)."""

    key: str
    signals: dict[str, float]
    fused: float


class Scores:
    """One block of queries against one role."""

    def __init__(
        self, snapshot: "Snapshot", role: Role, queries: Sequence[Prepared], *, crowded: bool = True
    ) -> None:
        self.crowded = crowded
        self.face, self.statistics, self.role, self.queries = (
            snapshot.face(role),
            snapshot.statistics,
            role,
            queries,
        )
        pairs = [(i, passage) for i, query in enumerate(queries) for passage in query.passages]
        self.owners = np.array([i for i, _ in pairs], np.int64)
        self.asked = [passage for _, passage in pairs]
        self.signals = self.measure() if self.asked and len(self.face.alive) else {}

    def measure(self) -> dict[str, Array]:
        ready, gather = self.face.ready, self.face.gather
        words = [q.tokens for q in self.asked]
        concepts = [q.concepts for q in self.asked]
        found = {
            "words": gather([lexical.scores(r.segment.words, r.word_weights, words) for r in ready]),
            "concepts": gather(
                [lexical.scores(r.segment.concepts, r.concept_weights, concepts) for r in ready]
            ),
        }
        for model, of in self.statistics.centres:
            if of == self.role and all(model in q.vectors for q in self.asked):
                centres = self.statistics.centres[model, of]
                found[model] = gather([r.cosines(model, self.centred(model), centres) for r in ready])
        return found

    def centred(self, model: str) -> Array:
        roles = [self.queries[owner].role for owner in self.owners]
        rows = [
            self.statistics.centre_query(model, role, CODES[q.lang], q.vectors[model])
            for role, q in zip(roles, self.asked, strict=True)
        ]
        return np.array(rows, np.float32)

    @cached_property
    def same_script(self) -> Array:
        asked = SCRIPTS[[CODES[q.lang] for q in self.asked]]
        same: Array = asked[:, None] == SCRIPTS[self.face.codes][None, :]
        return same

    @cached_property
    def fused(self) -> Array:
        scaled = {
            name: values if name in ("words", "concepts") else values / self.face.widths(name)
            for name, values in self.signals.items()
        }
        found = fusion.fuse(scaled, self.same_script, self.face.groups)
        if not self.crowded:
            return found
        scripts = SCRIPTS[[CODES[q.lang] for q in self.asked]]
        return found - fusion.MIXTURE.crowding[self.role] * self.face.crowding[:, scripts].T

    def hits(self, k: int, among: set[str] | None) -> Iterator[list[Hit]]:
        for i, query in enumerate(self.queries):
            asked = np.flatnonzero(self.owners == i)
            yield self.best(query, asked, k, among) if len(asked) and self.signals else []

    def best(self, query: Prepared, asked: Array, k: int, among: set[str] | None) -> list[Hit]:
        """Items by the best of their pairs of passages; of equals, the first by key."""
        order, starts = self.face.by_item
        rows = self.in_company(self.fused[asked].max(axis=0))
        items = np.maximum.reduceat(rows[order], starts)
        own = self.face.numbers.get(query.key) if query.role == self.role else None
        return [
            self.hit(self.face.keys[item], asked, float(items[item]))
            for item in self.first(items, k + 1, among)
            if item != own
        ][:k]

    def first(self, items: Array, k: int, among: set[str] | None) -> Array:
        """The numbers of the k best items; those equal to five digits by key."""
        rounded = -np.round(items, 5)
        if among is None:
            chosen = np.arange(len(items))
        else:
            chosen = np.array(
                sorted(self.face.numbers[key] for key in among if key in self.face.numbers), np.int64
            )
        if k < len(chosen):
            last = np.partition(rounded[chosen], k - 1)[k - 1]
            chosen = chosen[rounded[chosen] <= last]
        ranked: Array = chosen[np.argsort(rounded[chosen], kind="stable")][:k]
        return ranked

    def in_company(self, rows: Array) -> Array:
        """Scores of rows, those of the best averaged with what texts like them score in other languages.

        Alike texts answer alike needs (score regularisation: Diaz, 2005), and one of two languages may share
        no word with the query. Within a language the average blurs what sets neighbours apart.
        """
        best = np.sort(np.argpartition(-rows, min(COMPANY, len(rows) - 1))[:COMPANY])
        alike = self.face.alike(best, self.statistics.centres, self.role)
        if alike is None or len(best) <= NEIGHBOURS:
            return rows
        for own in (self.face.codes[best], self.face.items[best]):
            alike[own[:, None] == own[None, :]] = -1
        nearest = np.partition(alike, -NEIGHBOURS, axis=1)[:, [-NEIGHBOURS]]
        weights = np.where(alike >= np.maximum(nearest, ALIKE), (alike - ALIKE) / (1 - ALIKE), 0)
        weights *= fusion.MIXTURE.company / np.maximum(weights.sum(axis=1, keepdims=True), 1)
        out = rows.copy()
        out[best] = (rows[best] + weights @ rows[best]) / (1 + weights.sum(axis=1))
        return out

    def hit(self, key: str, asked: Array, fused: float) -> Hit:
        own = self.face.row_keys[key]
        part = self.fused[asked[:, None], own]
        place = np.unravel_index(int(part.argmax()), part.shape)
        at, row = int(asked[place[0]]), own[int(place[1])]
        signals = {name: float(values[at, row]) for name, values in self.signals.items()}
        script = int(SCRIPTS[self.face.codes[row]])
        signals["words_share"] = self.share("words", self.asked[at], script, signals["words"])
        signals["concepts_share"] = self.share("concepts", self.asked[at], 0, signals["concepts"])
        signals["same_script"] = float(self.same_script[at, row])
        if len(self.face.alive) >= fusion.ENOUGH:
            signals["standing"] = fused
        return Hit(key, signals, fused)

    def share(self, kind: str, asked: PreparedPassage, group: int, score: float) -> float:
        """How much of what was asked was found, by weight of the words: 0 to 1."""
        name = (kind, id(asked), group)
        if name not in self._wholes:
            collection = getattr(self.statistics, kind)[self.role]
            bag = asked.tokens if kind == "words" else asked.concepts
            self._wholes[name] = collection.whole(bag, group)
        return min(1.0, score / self._wholes[name]) if self._wholes[name] else 0.0

    @cached_property
    def _wholes(self) -> dict[tuple[str, int, int], float]:
        return {}
