"""All that is published, ready to be searched: the one path behind matching, search box and evaluation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

import numpy as np

from matching.engine import crowding, store
from matching.engine.columns import Columns
from matching.engine.company import Kin
from matching.engine.dense import ROLES, Role
from matching.engine.duplicates import Neighbours
from matching.engine.items import Prepared
from matching.engine.outlook import Beside, Outlook, Outlooks, Part, mark
from matching.engine.ready import Face, Ready
from matching.engine.scores import COMPANY, Hit, Scores
from matching.engine.segments import Segment
from matching.engine.statistics import Statistics

BLOCK = 32  # queries scored together, and fewer of a large collection:
CELLS = 2**21  # scores of a block for each opinion
ALIKE = 4096  # rows that are all compared with each other before many queries: 64 MB at most
AT_ONCE = 5000  # texts that are measured anew with every change
MUCH = 8  # a change of more than this part of the texts, too


@dataclass(frozen=True)
class Snapshot:
    segments: Mapping[Role, tuple[Segment, ...]]
    statistics: Statistics
    ready: Mapping[Role, tuple[Ready, ...]]
    origin: "Snapshot | None" = field(default=None, repr=False)  # what this is a change of
    changed: Mapping[tuple[Role, str], Prepared | None] = field(default_factory=dict, repr=False)

    @classmethod
    def build(cls, prepared: Iterable[Prepared]) -> "Snapshot":
        every = list(prepared)
        return cls.over({role: Segment.build([p for p in every if p.role == role]) for role in ROLES})

    @classmethod
    def over(cls, segments: Mapping[Role, Segment]) -> "Snapshot":
        """Of arrays that are there already."""
        parts = {role: (segments[role],) for role in ROLES}
        return crowding.measured(cls.measured_anew(parts))

    @classmethod
    def measured_anew(cls, segments: Mapping[Role, tuple[Segment, ...]]) -> "Snapshot":
        statistics = Statistics.of(segments)
        ready = {role: tuple(Ready.of(s, role, statistics) for s in segments[role]) for role in segments}
        return cls(segments, statistics, ready)

    def with_changes(self, changed: Iterable[Prepared], removed: Iterable[str] = ()) -> "Snapshot":
        """The snapshot as if things had been so from the start. Keys must differ between roles.

        But in a large collection `crowding`, `spreads` and the `widths` of what was there stay as measured.
        """
        gone: dict[tuple[Role, str], Prepared | None] = {
            (role, key): None for key in removed for role in ROLES
        }
        news = {(item.role, item.key): item for item in changed}
        changes = {**self.changed, **gone, **news}
        origin = self.origin or self
        return crowding.measured(
            replace(origin.changed_by(changes), origin=origin, changed=changes), whole=False
        )

    def changed_by(self, changes: Mapping[tuple[Role, str], Prepared | None]) -> "Snapshot":
        segments: dict[Role, tuple[Segment, ...]] = {}
        gone: dict[Role, tuple[Segment, ...]] = {}
        new: dict[Role, tuple[Segment, ...]] = {}
        for role in ROLES:
            keys = {key for (of, key) in changes if of == role}
            more = [p for (of, _), p in changes.items() if of == role and p is not None]
            kept = tuple(one.without(keys) if keys else one for one in self.segments[role])
            gone[role] = tuple(one.less(now) for one, now in zip(self.segments[role], kept, strict=True))
            new[role] = (Segment.build(more),) if more else ()
            segments[role] = (*kept, *new[role])
        if self.is_moved_by(new):
            return Snapshot.measured_anew(segments)
        statistics = self.statistics.changed(gone, new)
        ready = {
            role: tuple(
                Ready.of(segment, role, statistics, one.widths if one else None)
                for segment, one in zip_longest(segments[role], self.ready[role])
            )
            for role in ROLES
        }
        return Snapshot(segments, statistics, ready)

    def is_moved_by(self, new: Mapping[Role, Sequence[Segment]]) -> bool:
        """Whether all must be measured anew: it is quick, or there is much that is new, or a model is."""
        here, there = (
            [one for parts in segments.values() for one in parts] for segments in (self.segments, new)
        )
        old, more = (sum(len(one.keys) for one in every) for every in (here, there))
        models = {model for model, _ in self.statistics.sums}
        return old + more <= AT_ONCE or more > old / MUCH or any(set(one.vectors) - models for one in there)

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

    def search(
        self, query: Prepared, role: Role, k: int, among: set[str] | None = None, *, crowded: bool = True
    ) -> list[Hit]:
        """The k best things of a role, best first; `among` narrows the answer, not the scale.

        Who only looks for what there is on a text does not have things compete: `crowded` is for matching.
        Nor is he told how far a thing stands out, for something stands out for nonsense, too.
        """
        return self.search_many([query], role, k, among, crowded=crowded)[0]

    def search_many(
        self,
        queries: Sequence[Prepared],
        role: Role,
        k: int,
        among: set[str] | None = None,
        *,
        crowded: bool = True,
        told: bool = True,
    ) -> list[list[Hit]]:
        """As search, for many at once: one matrix product for each block of queries.

        Without `told` hits have no signals, for who only wants to know which things they are.
        """
        found: list[list[Hit]] = []
        for scores in self.scored(role, queries, crowded=crowded):
            found.extend(scores.hits(k, among, told=told))
            if crowded and told:
                self.outlooks(role).keep(scores)
        return found

    def scored(self, role: Role, queries: Sequence[Prepared], *, crowded: bool = True) -> Iterator[Scores]:
        """Blocks of queries against everything of a role."""
        rows, kin = len(self.face(role).alive), None
        if rows <= ALIKE and rows**2 < len(queries) * COMPANY**2 // 2:
            alike = self.face(role).alike(np.arange(rows), self.statistics.centres, role)
            kin = None if alike is None else Kin.of(alike)
        size = min(BLOCK, max(1, CELLS // max(1, rows)))
        for start in range(0, len(queries), size):
            yield Scores(self, role, queries[start : start + size], crowded=crowded, kin=kin)

    def measured(self, queries: Sequence[Prepared], role: Role, among: Sequence[set[str]]) -> list[list[Hit]]:
        """All of each query's own things, best first, as `search` tells of them."""
        known = self.looked(queries, role)
        part = Part.of_things(self.face(role), set().union(*among))
        alone = part.of(self, role)
        asking = [number for number, own in enumerate(known) if own]
        found: list[list[Hit]] = [[] for _ in queries]
        for start in range(0, len(asking), BLOCK):
            some = asking[start : start + BLOCK]
            outlooks = [own for i in some if (own := known[i])]
            beside = Beside(alone, role, [queries[i] for i in some], outlooks, part)
            for number, hits in zip(some, beside.each([among[i] for i in some]), strict=True):
                found[number] = hits
        return found

    def columns(self, queries: Sequence[Prepared], role: Role, keys: set[str]) -> Columns | None:
        """What all queries make of some things; None if nobody asks, or none of the things is there."""
        known = zip(queries, self.looked(queries, role), strict=True)
        asking = [(query, own) for query, own in known if own]
        here = keys & self.face(role).numbers.keys()
        if not asking or not here:
            return None
        return Columns(self, role, [query for query, _ in asking], [own for _, own in asking], here)

    def looked(self, queries: Sequence[Prepared], role: Role) -> list[Outlook | None]:
        """The outlook of each query, searched for where it is not known; None where it can find nothing."""
        kept, marks = self.outlooks(role), [mark(query) for query in queries]
        known = {asked: own for asked in marks if (own := kept.get(asked))}
        for scores in self.scored(role, [q for q, m in zip(queries, marks, strict=True) if m not in known]):
            list(scores.hits(1, None, told=False))
            known |= kept.keep(scores)
        return [known.get(asked) for asked in marks]

    def beside(self, query: Prepared, role: Role, things: Sequence[Prepared]) -> list[Hit]:
        """What a search would tell of things that are not there, if they were."""
        return self.with_changes(things).search(query, role, len(things), {one.key for one in things})

    def outlooks(self, role: Role) -> Outlooks:
        return self._outlooks.setdefault(role, Outlooks())

    @cached_property
    def _outlooks(self) -> dict[Role, Outlooks]:
        return {}

    def near(self, role: Role, beside: Iterable[Prepared] = ()) -> Neighbours:
        """Everything of a role, and things that only this comparison knows of, to be asked for duplicates."""
        more = list(beside)
        return Neighbours(self.with_changes(more) if more else self, role)
