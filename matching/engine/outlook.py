"""Things that were not among a query's best, told of as the search would, without searching again.

What a search makes of one row hangs on all others: on where their scores lie, and on the few best of them.
Kept of a query, that is some kilobytes (`Outlook`); with it any row can be scored alone, to the last bit.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from matching.engine import fusion
from matching.engine.dense import Role
from matching.engine.items import Prepared
from matching.engine.lexical import Array
from matching.engine.ready import Face, Ready
from matching.engine.scores import Among, Hit, Scores

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

KEPT = 2048  # outlooks on a role
WHOLES = (("words", 0), ("words", 1), ("concepts", 0))


@dataclass(frozen=True, slots=True)
class Outlook:
    """One query's."""

    lens: fusion.Lens
    rows: Array  # the best
    scores: Array  # in the company of their like
    vectors: Mapping[str, Array]  # of each model, (passages, numbers): centred
    wholes: Array  # (passages, 3): what all of its words would score in either script, and all its concepts


class Outlooks:
    """Those on one role in one state of the collection; what is dropped for want of room is measured anew."""

    def __init__(self) -> None:
        self.known: dict[bytes, Outlook] = {}

    def get(self, asked: bytes) -> Outlook | None:
        return self.known.get(asked)

    def keep(self, scores: Scores) -> dict[bytes, Outlook]:
        """Of the queries that were just answered, by their marks."""
        new = {mark(query): outlook(scores, i) for i, query in enumerate(scores.queries) if i in scores.heard}
        self.known.update(new)
        for old in list(self.known)[: max(0, len(self.known) - KEPT)]:
            self.known.pop(old, None)
        return new


@lru_cache(KEPT)  # by the object: the same wishes ask in one part of the solutions after the other
def mark(query: Prepared) -> bytes:
    """Of all that a search reads of a query."""
    said = hashlib.blake2b(repr((query.key, query.role)).encode(), digest_size=16)
    for passage in query.passages:
        said.update(repr((passage.lang, passage.tokens, passage.concepts)).encode("utf-8", "surrogatepass"))
        for name, vector in sorted(passage.vectors.items()):
            said.update(name.encode() + np.asarray(vector, np.float32).tobytes())
    return said.digest()


def outlook(scores: Scores, query: int) -> Outlook:
    rows, heard = scores.heard[query]
    asked = np.flatnonzero(scores.owners == query)
    vectors = {model: own[asked] for model, own in scores.vectors.items()}
    wholes = [[scores.whole(*kind, place) for kind in WHOLES] for place in asked.tolist()]
    return Outlook(scores.lens.of_queries(asked), rows, heard, vectors, np.array(wholes))


class Beside(Scores):
    """Queries and a part of the collection, each row scored as it is among all."""

    def __init__(
        self,
        snapshot: "Snapshot",
        role: Role,
        queries: Sequence[Prepared],
        outlooks: Sequence[Outlook],
        part: "Part",
    ) -> None:
        self.outlooks, self.part = outlooks, part
        super().__init__(snapshot, role, queries)

    @property
    def size(self) -> int:
        return self.part.size

    def centred(self, model: str) -> Array:
        return np.concatenate([one.vectors[model] for one in self.outlooks])

    @cached_property
    def wholes(self) -> Array:
        return np.concatenate([one.wholes for one in self.outlooks])

    def whole(self, kind: str, group: int, place: int) -> float:
        return float(self.wholes[place, WHOLES.index((kind, group))])

    @cached_property
    def fused(self) -> Array:
        lens = fusion.Lens.joined([one.lens for one in self.outlooks])
        return self.less_crowded(lens.of(self.scaled, self.face.groups))

    def company_of(self, query: int, rows: Array) -> tuple[Array, Array]:
        """Where what was among the best stands here."""
        known = self.outlooks[query]
        places = np.minimum(np.searchsorted(self.part.rows, known.rows), len(self.part.rows) - 1)
        here = self.part.rows[places] == known.rows
        return places[here], known.scores[here]

    def each(self, among: Sequence[set[str]]) -> Iterator[list[Hit]]:
        """All of each query's own things, best first."""
        for i, keys in enumerate(among):
            asked = np.flatnonzero(self.owners == i)
            yield self.best(i, asked, len(keys), Among(self.face, keys, 1)) if self.signals else []


@dataclass(frozen=True)
class Part:
    """The living rows of some things of a role."""

    face: Face
    rows: Array  # ascending

    @classmethod
    def of_things(cls, face: Face, keys: set[str]) -> "Part":
        items = sorted(face.numbers[key] for key in keys if key in face.numbers)
        return cls(face, np.sort(face.rows_of(np.array(items, np.int64))[0]))

    @property
    def size(self) -> int:
        """Rows of the whole."""
        return len(self.face.alive)

    def of(self, snapshot: "Snapshot", role: Role) -> "Snapshot":
        """As a collection of its own, weighed and centred as the whole is."""
        ready = tuple(self.taken())
        return replace(
            snapshot, segments={role: tuple(one.segment for one in ready)}, ready={role: ready}, origin=None
        )

    def taken(self) -> Iterator[Ready]:
        places, crowding = self.face.alive[self.rows], self.face.crowding[self.rows]
        end = 0
        for ready in self.face.ready:
            start, end = end, end + len(ready.segment.keys)
            mine = np.flatnonzero((places >= start) & (places < end))
            mine = mine[np.argsort(places[mine])]
            one = ready.taken(places[mine] - start)
            yield replace(one, segment=replace(one.segment, crowding=crowding[mine]))
