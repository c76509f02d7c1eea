"""Segments joined with the statistics of the whole: everything that a score needs beside a query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from matching.engine import fusion, lexical
from matching.engine.coarse import Coarse
from matching.engine.dense import Role
from matching.engine.lexical import Array, Collection
from matching.engine.segments import SCRIPTS, Segment
from matching.engine.statistics import ROWS, Statistics


@dataclass(frozen=True)
class Ready:
    segment: Segment
    lengths: Mapping[str, Array]  # words and concepts → `Collection.lengths`
    norms: Mapping[str, Array]  # length of each vector once centred
    widths: Mapping[
        str, Array
    ]  # how far the other role's texts scatter along each vector: is it near to everything?

    @classmethod
    def of(
        cls,
        segment: Segment,
        role: Role,
        statistics: Statistics,
        widths: Mapping[str, Array] | None = None,
    ) -> "Ready":
        """With widths that were measured before, a fraction of the work."""
        other: Role = "solution" if role == "wish" else "wish"
        norms, measured = {}, {}
        for model, vectors in segment.vectors.items():
            centres, spread = statistics.centres[model, role], statistics.spreads[model, other]
            norms[model] = np.empty(len(segment.keys), np.float32)
            measured[model] = np.empty(len(segment.keys), np.float32)
            for start in range(0, len(segment.keys), ROWS):
                rows = slice(start, start + ROWS)
                moved = vectors.from_origins(centres, rows)
                length = np.sqrt(np.maximum(np.vecdot(moved, moved), 1e-18))
                norms[model][rows] = length
                if widths is None:
                    moved /= length[:, None]
                    spans = np.vecdot(moved @ spread, moved)
                    measured[model][rows] = np.sqrt(np.maximum(spans, 1e-6))
        return cls(
            segment,
            lengths(segment, statistics.words[role], statistics.concepts[role]),
            norms,
            measured if widths is None else widths,
        )

    def taken(self, rows: Array) -> "Ready":
        """Some rows (ascending), as they are in the whole."""
        columns = (
            {name: own[rows] for name, own in of.items()} for of in (self.lengths, self.norms, self.widths)
        )
        return Ready(self.segment.taken(rows), *columns)

    def words(self, statistics: Statistics, role: Role, bags: Sequence[Sequence[str]]) -> Array:
        """BM25 of some queries with each row."""
        one, counts = self.segment, statistics.words[role]
        return lexical.scores(one.words, counts, one.scripts, bags, self.lengths["words"])

    def concepts(self, statistics: Statistics, role: Role, bags: Sequence[Sequence[str]]) -> Array:
        one, counts = self.segment, statistics.concepts[role]
        return lexical.scores(one.concepts, counts, one.nought, bags, self.lengths["concepts"])

    def cosines(self, model: str, asked: Array, centres: Array) -> Array:
        """Of centred queries with the centred rows, without a centred copy of the rows."""
        vectors = self.segment.vectors.get(model)
        if vectors is None:
            return np.zeros((len(asked), len(self.segment.keys)), np.float32)
        cosines = vectors.products(asked, centres)
        cosines /= self.norms[model]
        return cosines


def lengths(segment: Segment, words: Collection, concepts: Collection) -> dict[str, Array]:
    return {
        "words": words.lengths(segment.words, segment.scripts),
        "concepts": concepts.lengths(segment.concepts, segment.nought),
    }


@dataclass(frozen=True)
class Face:
    """The living rows of one role, over all its segments, and the items they belong to."""

    ready: tuple[Ready, ...]

    @cached_property
    def alive(self) -> Array:
        """In the order of their languages, so that what is asked of one language is one stretch."""
        rows = np.flatnonzero(np.concatenate([r.segment.alive for r in self.ready]))
        langs = np.concatenate([r.segment.langs for r in self.ready])[rows]
        return rows[np.argsort(langs, kind="stable")]

    @cached_property
    def is_plain(self) -> bool:
        """Whether the living rows are all there are, in their own order."""
        rows = sum(len(r.segment.keys) for r in self.ready)
        return np.array_equal(self.alive, np.arange(rows))

    @cached_property
    def codes(self) -> Array:
        codes: Array = np.concatenate([r.segment.langs for r in self.ready])[self.alive]
        return codes

    @cached_property
    def groups(self) -> fusion.Groups:
        return fusion.Groups.of(self.codes)

    @cached_property
    def keys(self) -> list[str]:
        every = [key for r in self.ready for key in r.segment.keys]
        return sorted({every[place] for place in self.alive})

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Key → the number of its item."""
        return {key: number for number, key in enumerate(self.keys)}

    @cached_property
    def items(self) -> Array:
        """The number of the item that each living row belongs to."""
        every = [key for r in self.ready for key in r.segment.keys]
        numbers = self.numbers
        return np.array([numbers[every[place]] for place in self.alive], np.int64)

    @cached_property
    def ends(self) -> Array:
        """Of each item in `by_item`, after a nought."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.items, minlength=len(self.keys)))])

    @cached_property
    def by_item(self) -> Array:
        """The rows of the first item, of the second and so on."""
        return np.argsort(self.items, kind="stable")

    def rows_of(self, items: Array) -> tuple[Array, Array]:
        """The rows of some items, and to which place among these each belongs."""
        starts, sizes = self.ends[items], self.ends[items + 1] - self.ends[items]
        owners = np.repeat(np.arange(len(items)), sizes)
        offsets = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.by_item[starts[owners] + offsets], owners

    @cached_property
    def most(self) -> int:
        """Rows of the item that has most."""
        return int(np.diff(self.ends).max(initial=1))

    @cached_property
    def in_script(self) -> Array:
        """(scripts, living rows): whether a row is of the script."""
        return np.array([SCRIPTS[self.codes] == script for script in (0, 1)])

    def widths(self, model: str) -> Array:
        if model not in self._widths:
            self._widths[model] = self._gathered(model)
        return self._widths[model]

    @cached_property
    def _widths(self) -> dict[str, Array]:
        return {}

    def _gathered(self, model: str) -> Array:
        every = [r.widths.get(model, np.ones(len(r.segment.keys), np.float32)) for r in self.ready]
        widths: Array = np.concatenate(every)[self.alive]
        return widths

    def alike(self, rows: Array, centres: Mapping[tuple[str, Role], Array], role: Role) -> Array | None:
        """Cosines of living rows with those of other languages, the mean of the models; None without a model.

        Those of one language or one thing, which no one asks for, are -1: to know them were most of the work.
        """
        if not self.models:
            return None
        read = [(*self.coarse(model, rows), centres[model, role]) for model in self.models]
        found = np.full((len(rows), len(rows)), -1, np.float32)
        own = self.codes[rows]
        for one, other in combinations([np.flatnonzero(own == code) for code in np.unique(own)], 2):
            block = np.zeros((len(one), len(other)), np.float32)
            for vectors, norms, origins in read:
                products = vectors.taken(one).beside(vectors.taken(other), origins)
                block += products / norms[one, None] / norms[other]
            block /= np.float32(len(read))
            found[np.ix_(one, other)], found[np.ix_(other, one)] = block, block.T
        items = self.items[rows]
        found[items[:, None] == items[None, :]] = -1
        return found

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models that have read every segment."""
        every = [set(r.segment.vectors) for r in self.ready if len(r.segment.keys)]
        return tuple(sorted(set.intersection(*every))) if every else ()

    def coarse(self, model: str, rows: Array) -> tuple[Coarse, Array]:
        """The vectors of living rows, and their lengths once centred."""
        places, start = self.alive[rows], 0
        first = next(r.segment.vectors[model] for r in self.ready if model in r.segment.vectors)
        whole = np.empty((len(rows), first.dim), np.int8)
        steps, norms = np.empty((2, len(rows)), np.float32)
        for one in self.ready:
            end = start + len(one.segment.keys)
            mine = (places >= start) & (places < end)
            if mine.any():
                own, vectors = places[mine] - start, one.segment.vectors[model]
                whole[mine], steps[mine] = vectors.whole[own], vectors.steps[own]
                norms[mine] = one.norms[model][own]
            start = end
        return Coarse(whole, steps, self.codes[rows], first.bases), norms

    def centred(self, model: str, rows: Array, centres: Array) -> Array:
        """(rows, numbers): of length one, as seen from the origin of each one's language."""
        vectors, norms = self.coarse(model, rows)
        unit: Array = vectors.from_origins(centres) / norms[:, None]
        return unit

    @cached_property
    def crowding(self) -> Array:
        """(living rows, scripts that ask); what is not measured counts as the average of its language."""
        found: Array = np.concatenate([r.segment.crowding for r in self.ready])[self.alive]
        missing = np.isnan(found)
        if missing.any():
            found = found.copy()
            for rows in self.groups.rows:
                known = found[rows][~missing[rows].any(axis=1)]
                average = known.mean(axis=0) if len(known) else np.zeros(2, np.float32)
                found[rows] = np.where(missing[rows], average, found[rows])
        return found

    @cached_property
    def taken_off(self) -> Array:
        """The crowding of the living rows for each script that asks, (scripts, living rows)."""
        return np.ascontiguousarray(self.crowding.T)

    def gather(self, parts: Sequence[Array]) -> Array:
        whole = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        return whole if self.is_plain else whole.take(self.alive, axis=1)
