"""Which of many queries each of some things answers best, read from the queries' own scores.

Every open wish has searched already, and what its search makes of any solution is known from its `Outlook`.
A rematch of everything so needs no search for each solution, and the pairs it chooses are measured already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from matching.engine import fusion
from matching.engine.dense import Role
from matching.engine.items import Prepared
from matching.engine.lexical import Array
from matching.engine.outlook import WHOLES, Beside, Outlook, Part
from matching.engine.scores import DIGITS, Hit
from matching.engine.segments import CODES, SCRIPTS

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

BLOCK = 32  # queries scored together
# Share of what a query scores with everything of the other role, taken off its place in a column.
CROWDING = 0.4
Pair = tuple[str, str]  # keys of the query and of the thing


@dataclass(frozen=True)
class Cells:
    """All queries with all rows of a part; the queries lie together by the languages they are written in."""

    heard: Array  # (queries, rows): in the company of their like
    alone: Array  # (queries, rows): of each query's best passage
    passages: Array  # (queries, rows): which one that is
    signals: list[Mapping[str, Array]]  # (passages, rows) of each block of queries

    @classmethod
    def room(cls, queries: int, rows: int) -> "Cells":
        heard, alone = np.empty((2, queries, rows), np.float32)
        return cls(heard, alone, np.empty((queries, rows), np.int32), [])

    def fill(self, beside: Beside, start: int, first: int) -> None:
        """With a block of queries from the number `start`, whose first passage is the number `first`."""
        ends = np.searchsorted(beside.owners, np.arange(len(beside.queries) + 1)).tolist()
        for query, (begin, end) in enumerate(pairwise(ends)):
            alone, passages = self.alone[start + query], self.passages[start + query]
            alone[:], passages[:] = beside.fused[begin], first + begin
            for passage in range(begin + 1, end):
                passages[beside.fused[passage] > alone] = first + passage
                np.maximum(alone, beside.fused[passage], out=alone)
            places, scores = beside.company_of(query, alone)
            self.heard[start + query] = alone
            self.heard[start + query, places] = scores
        self.signals.append(beside.signals)

    def signals_of(self, passages: Array, rows: Array) -> dict[str, Array]:
        """Of some single cells."""
        found = {name: np.empty(len(rows), own.dtype) for name, own in self.signals[0].items()}
        first = 0
        for block in self.signals:
            size = len(block["words"])
            mine = np.flatnonzero((passages >= first) & (passages < first + size))
            for name, own in block.items():
                found[name][mine] = own[passages[mine] - first, rows[mine]]
            first += size
        return found


class Columns:
    """The scores of queries (one at least) with some things of the other role (one at least)."""

    def __init__(
        self,
        snapshot: "Snapshot",
        role: Role,
        queries: Sequence[Prepared],
        outlooks: Sequence[Outlook],
        keys: set[str],
    ) -> None:
        order = sorted(range(len(queries)), key=lambda i: (_languages(queries[i]), queries[i].key))
        self.queries = [queries[i] for i in order]
        self.outlooks = [outlooks[i] for i in order]
        self.numbers = {query.key: number for number, query in enumerate(self.queries)}
        self.part = Part.of_things(snapshot.face(role), keys)
        self.snapshot, self.alone = snapshot, self.part.of(snapshot, role)
        self.face, self.role = self.alone.face(role), role
        self.cells = self._cells()

    def _cells(self) -> Cells:
        cells, first = Cells.room(len(self.queries), len(self.face.alive)), 0
        for start in range(0, len(self.queries), BLOCK):
            some = slice(start, start + BLOCK)
            beside = Beside(self.alone, self.role, self.queries[some], self.outlooks[some], self.part)
            cells.fill(beside, start, first)
            first += len(beside.asked)
        return cells

    def best(self, k: int) -> dict[str, list[str]]:
        """Of each thing the keys of its k best queries, best first; of equals, the first by key."""
        values, size = np.round(self.placed, DIGITS), len(self.queries)
        k = min(k, size)
        least = np.partition(values, size - k, axis=1)[:, size - k, None]
        things, queries = np.nonzero(values >= least)
        keys = np.argsort(np.argsort([query.key for query in self.queries]))
        order = np.lexsort((keys[queries], -values[things, queries], things))
        found: dict[str, list[str]] = {key: [] for key in self.face.keys}
        for thing, query in zip(things[order].tolist(), queries[order].tolist(), strict=True):
            own = found[self.face.keys[thing]]
            if len(own) < k:
                own.append(self.queries[query].key)
        return found

    @property
    def placed(self) -> Array:
        """(things, queries): how far a query stands out among all that ask, whatever it asks.

        What stands out for its solutions need not do so for its wishes: a thing that is near to all of one
        language would bring that language alone, and a wish that is near to everything would come everywhere.
        """
        scores, groups = np.ascontiguousarray(self.cells.heard.T), fusion.Groups.of(self._written)
        columns = fusion.standardise(scores, groups)[0]
        columns -= np.float32(CROWDING) * self._taken_off.T
        firsts = self.face.ends[:-1]
        best: Array = np.maximum.reduceat(columns[self.face.by_item], firsts, axis=0)
        return best

    @property
    def _written(self) -> Array:
        """A number for the languages in which each query is written."""
        known: dict[tuple[int, ...], int] = {}
        return np.array([known.setdefault(_languages(query), len(known)) for query in self.queries])

    @property
    def _taken_off(self) -> Array:
        """(queries, rows): the crowding of the passage that asks, for a row's script; nought if not known."""
        asking = self.snapshot.face(self.queries[0].role)
        pairs = zip(asking.items.tolist(), asking.codes.tolist(), strict=True)
        rows = {(asking.keys[item], code): row for row, (item, code) in enumerate(pairs)}
        own = [rows.get((q.key, CODES[p.lang]), -1) for q in self.queries for p in q.passages]
        known = np.vstack([asking.crowding, np.zeros((1, 2), np.float32)])[own]
        return known[self.cells.passages, SCRIPTS[self.face.codes]]

    def told(self, pairs: Iterable[Pair]) -> dict[Pair, Hit]:
        """Of those that are here, what `Snapshot.measured` tells, to the last bit."""
        here = [one for one in pairs if one[0] in self.numbers and one[1] in self.face.numbers]
        if not here:
            return {}
        asking = np.array([self.numbers[query] for query, _ in here])
        rows, owners = self.face.rows_of(np.array([self.face.numbers[thing] for _, thing in here]))
        cells, queries = self.cells, asking[owners]
        passages = cells.passages[queries, rows]
        order = np.lexsort((passages, -cells.alone[queries, rows], owners))
        heads = order[np.flatnonzero(np.diff(owners[order], prepend=-1))]
        scores = np.maximum.reduceat(cells.heard[queries, rows], np.searchsorted(owners, range(len(here))))
        signals = self._signals(passages[heads], rows[heads], scores)
        names, columns = list(signals), zip(*signals.values(), strict=True)
        return {
            one: Hit(one[1], dict(zip(names, values, strict=True)), fused)
            for one, values, fused in zip(here, columns, scores.tolist(), strict=True)
        }

    def _signals(self, passages: Array, rows: Array, scores: Array) -> dict[str, list[float]]:
        signals = {name: own.tolist() for name, own in self.cells.signals_of(passages, rows).items()}
        scripts = SCRIPTS[self.face.codes[rows]]
        for kind, groups in (("words", scripts), ("concepts", np.zeros_like(scripts))):
            columns = np.array([WHOLES.index((kind, group)) for group in (0, 1) if (kind, group) in WHOLES])
            wholes = self._wholes[passages, columns[groups]]
            share = np.array(signals[kind]) / np.where(wholes > 0, wholes, 1)
            signals[f"{kind}_share"] = np.minimum(1, np.where(wholes > 0, share, 0)).tolist()
        signals["same_script"] = (self._scripts[passages] == scripts).astype(float).tolist()
        if self.part.size >= fusion.ENOUGH:
            signals["standing"] = scores.tolist()
        return signals

    @cached_property
    def _wholes(self) -> Array:
        return np.concatenate([one.wholes for one in self.outlooks])

    @cached_property
    def _scripts(self) -> Array:
        """Of the passages that ask."""
        return SCRIPTS[[CODES[p.lang] for query in self.queries for p in query.passages]]


def _languages(query: Prepared) -> tuple[int, ...]:
    return tuple(sorted(CODES[passage.lang] for passage in query.passages))
