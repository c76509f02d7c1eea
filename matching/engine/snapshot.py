"""All that is published, ready to be searched: the one path behind matching, search box and evaluation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from matching.engine import fusion, lexical, store
from matching.engine.dense import ROLES, Role
from matching.engine.items import Prepared, PreparedPassage
from matching.engine.lexical import Array
from matching.engine.ready import Face, Ready
from matching.engine.segments import CODES, SCRIPTS, Segment
from matching.engine.statistics import Statistics

BLOCK = 32  # queries scored in one matrix product


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found; `signals` are those of the best pair of language versions (see `factors`)."""

    key: str
    signals: dict[str, float]
    fused: float


@dataclass(frozen=True)
class Snapshot:
    segments: Mapping[Role, tuple[Segment, ...]]
    statistics: Statistics
    ready: Mapping[Role, tuple[Ready, ...]]
    bases: Mapping[Role, tuple[Segment, ...]] = field(repr=False)
    changed: Mapping[tuple[Role, str], Prepared | None] = field(default_factory=dict, repr=False)

    @classmethod
    def build(cls, prepared: Iterable[Prepared]) -> "Snapshot":
        every = list(prepared)
        bases = {role: (Segment.build([p for p in every if p.role == role]),) for role in ROLES}
        return cls.assemble(bases, {})

    @classmethod
    def assemble(
        cls, bases: Mapping[Role, tuple[Segment, ...]], changed: Mapping[tuple[Role, str], Prepared | None]
    ) -> "Snapshot":
        segments: dict[Role, tuple[Segment, ...]] = {}
        for role in ROLES:
            gone = {key for (of, key) in changed if of == role}
            new = [p for (of, _), p in changed.items() if of == role and p is not None]
            kept = tuple(base.without(gone) if gone else base for base in bases[role])
            segments[role] = (*kept, Segment.build(new)) if new else kept
        statistics = Statistics.of(segments)
        ready = {role: tuple(Ready.of(s, role, statistics) for s in segments[role]) for role in ROLES}
        return cls(segments, statistics, ready, bases, changed)

    def with_changes(self, changed: Iterable[Prepared], removed: Iterable[str] = ()) -> "Snapshot":
        """The snapshot as if things had been so from the start. Keys must differ between roles."""
        gone: dict[tuple[Role, str], Prepared | None] = {
            (role, key): None for key in removed for role in ROLES
        }
        news = {(item.role, item.key): item for item in changed}
        return Snapshot.assemble(self.bases, {**self.changed, **gone, **news})

    def save(self, folder: Path | str) -> None:
        """Write everything that a search needs; publishing the folder in one step is the caller's."""
        store.save(self, Path(folder))

    @classmethod
    def load(cls, folder: Path | str) -> "Snapshot":
        return store.load(cls, Path(folder))

    def face(self, role: Role) -> Face:
        if role not in self._faces:
            self._faces[role] = Face(self.ready[role])
        return self._faces[role]

    @cached_property
    def _faces(self) -> dict[Role, Face]:
        return {}

    def keys(self, role: Role) -> list[str]:
        return self.face(role).keys

    def search(self, query: Prepared, role: Role, k: int, among: set[str] | None = None) -> list[Hit]:
        """The k best things of a role, best first; `among` narrows the answer, not the scale."""
        return self.search_many([query], role, k, among)[0]

    def search_many(
        self, queries: Sequence[Prepared], role: Role, k: int, among: set[str] | None = None
    ) -> list[list[Hit]]:
        """As search, for many at once: one matrix product for each block of queries."""
        found: list[list[Hit]] = []
        for start in range(0, len(queries), BLOCK):
            found.extend(Scores(self, role, queries[start : start + BLOCK]).hits(k, among))
        return found


class Scores:
    """One block of queries against one role."""

    def __init__(self, snapshot: Snapshot, role: Role, queries: Sequence[Prepared]) -> None:
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
        return fusion.fuse(scaled, self.same_script, self.face.groups)

    def hits(self, k: int, among: set[str] | None) -> Iterator[list[Hit]]:
        for i, query in enumerate(self.queries):
            asked = np.flatnonzero(self.owners == i)
            yield self.best(query, asked, k, among) if len(asked) and self.signals else []

    def best(self, query: Prepared, asked: Array, k: int, among: set[str] | None) -> list[Hit]:
        """Items by the best of their pairs of passages; of equals, the first by key."""
        order, starts = self.face.by_item
        rows = self.fused[asked].max(axis=0)
        items = np.maximum.reduceat(rows[order], starts)
        ranked = np.argsort(-np.round(items, 5), kind="stable")
        hits: list[Hit] = []
        for item in ranked:
            key = self.face.keys[item]
            if (among is None or key in among) and (query.role != self.role or key != query.key):
                hits.append(self.hit(key, asked))
            if len(hits) == k:
                break
        return hits

    def hit(self, key: str, asked: Array) -> Hit:
        own = self.face.row_keys[key]
        part = self.fused[asked[:, None], own]
        place = np.unravel_index(int(part.argmax()), part.shape)
        at, row = int(asked[place[0]]), own[int(place[1])]
        signals = {name: float(values[at, row]) for name, values in self.signals.items()}
        script = int(SCRIPTS[self.face.codes[row]])
        signals["words_share"] = self.share("words", self.asked[at], script, signals["words"])
        signals["concepts_share"] = self.share("concepts", self.asked[at], 0, signals["concepts"])
        signals["same_script"] = float(self.same_script[at, row])
        return Hit(key, signals, float(part.max()))

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
