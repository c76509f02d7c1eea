"""All that is published, ready to be searched: the one path behind matching, search box and evaluation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from matching.engine import crowding, store
from matching.engine.dense import ROLES, Role
from matching.engine.duplicates import Neighbours
from matching.engine.items import Prepared
from matching.engine.ready import Face, Ready
from matching.engine.scores import Hit, Scores
from matching.engine.segments import Segment
from matching.engine.statistics import Statistics

BLOCK = 32  # queries scored in one matrix product


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
        return cls.over({role: Segment.build([p for p in every if p.role == role]) for role in ROLES})

    @classmethod
    def over(cls, segments: Mapping[Role, Segment]) -> "Snapshot":
        """Of arrays that are there already."""
        built = crowding.measured(cls.assemble({role: (segments[role],) for role in ROLES}, {}))
        return replace(built, bases=built.segments)

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
        """The snapshot as if things had been so from the start. Keys must differ between roles.

        But for `crowding` in a large collection, which only `build` measures anew.
        """
        gone: dict[tuple[Role, str], Prepared | None] = {
            (role, key): None for key in removed for role in ROLES
        }
        news = {(item.role, item.key): item for item in changed}
        changes = {**self.changed, **gone, **news}
        return crowding.measured(Snapshot.assemble(self.bases, changes), whole=False)

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
    ) -> list[list[Hit]]:
        """As search, for many at once: one matrix product for each block of queries."""
        found: list[list[Hit]] = []
        for start in range(0, len(queries), BLOCK):
            scores = Scores(self, role, queries[start : start + BLOCK], crowded=crowded)
            found.extend(scores.hits(k, among))
        return found

    def near(self, role: Role, beside: Iterable[Prepared] = ()) -> Neighbours:
        """Everything of a role, and things that only this comparison knows of, to be asked for duplicates."""
        more = list(beside)
        return Neighbours(self.with_changes(more) if more else self, role)
