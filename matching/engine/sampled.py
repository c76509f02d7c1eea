"""Scores of a few candidates as if the whole collection had been scored beside them.

What a score needs to know of the whole comes from two places: how often each word of the query is there is
counted by whoever keeps the collection (`Counts`), and where the middle and the scatter of all scores lie is
measured on a sample of each language, drawn by lot. Candidates and sample are scored by the code that scores
a snapshot. A collection that is not larger than the sample gives the very same scores.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from matching.engine import crowding, fusion
from matching.engine.dense import ROLES, Role
from matching.engine.duplicates import Neighbours
from matching.engine.items import Prepared
from matching.engine.lexical import Array, Collection, term_id
from matching.engine.ready import Ready, lengths
from matching.engine.rows import Row, only, segment_of, widths_of
from matching.engine.scores import Hit, Scores
from matching.engine.segments import Segment
from matching.engine.snapshot import Snapshot
from matching.engine.statistics import Statistics

SIZES = "sizes.npy"
ROWWISE = ("alive", "is_plain", "codes", "groups", "in_script", "_widths")  # of a face, whatever its words


@dataclass(frozen=True)
class Counts:
    """BM25's counts of a role, for the terms of some queries."""

    words: Collection
    concepts: Collection
    languages: Mapping[int, int]  # passages of each language

    @property
    def size(self) -> int:
        """Passages of the role."""
        return int(self.concepts.sizes.sum())


@dataclass(frozen=True)
class Terms:
    """The ids of the words and concepts of some queries, ascending."""

    words: Array
    concepts: Array

    @classmethod
    def of(cls, queries: Sequence[Prepared]) -> "Terms":
        passages = [passage for query in queries for passage in query.passages]
        return cls(
            ids({token for p in passages for token in p.tokens}),
            ids({name for p in passages for name in p.concepts}),
        )


def ids(words: set[str]) -> Array:
    return np.array(sorted(term_id(word) for word in words), np.uint64)


@dataclass(frozen=True)
class Known:
    """Where the vectors of a collection lie, from many more of its passages than a sample has."""

    centres: Mapping[tuple[str, Role], Array]
    spreads: Mapping[tuple[str, Role], Array]
    sizes: Mapping[Role, int]  # of how many passages they tell


@dataclass(frozen=True)
class Sample:
    """Passages of each role and language drawn by lot; `is_whole` when there are no others."""

    snapshot: Snapshot
    models: Mapping[str, int]  # name → dimension
    is_whole: bool
    sizes: Mapping[Role, int]  # of how many passages the spreads tell

    @classmethod
    def of(cls, segments: Mapping[Role, Segment], known: "Known | None" = None) -> "Sample":
        """From rows with all their terms: all that there are, or some of a collection `known` otherwise."""
        parts = {role: (segments[role],) for role in ROLES}
        models = {name: v.dim for one in segments.values() for name, v in one.vectors.items()}
        if known is None:
            whole = crowding.measured(Snapshot.measured_anew(parts), whole=False)
            return cls(whole, models, True, {role: len(segments[role].keys) for role in ROLES})
        statistics = replace(Statistics.of(parts), centres=known.centres, spreads=known.spreads)
        ready = {role: (Ready.of(segments[role], role, statistics),) for role in ROLES}
        return cls(Snapshot(parts, statistics, ready), models, False, known.sizes)

    def save(self, folder: Path) -> None:
        """:raises ValueError: it is all that there is, and must follow every change."""
        if self.is_whole:
            raise ValueError("a whole collection is no sample")
        self.snapshot.save(folder)
        np.save(folder / SIZES, np.array([self.sizes[role] for role in ROLES]))

    @classmethod
    def load(cls, folder: Path) -> "Sample":
        """Mapped, so that processes of a host share its pages.

        :raises ValueError: the folder was written by another version of the engine.
        """
        snapshot = Snapshot.load(folder)
        models = {name: v.dim for role in ROLES for name, v in snapshot.segments[role][0].vectors.items()}
        sizes = np.load(folder / SIZES).tolist()
        return cls(snapshot, models, False, dict(zip(ROLES, sizes, strict=True)))

    def search(
        self,
        query: Prepared,
        role: Role,
        k: int,
        among: set[str] | None,
        *,
        crowded: bool,
        counts: Counts,
        rows: Sequence[Row],
    ) -> list[Hit]:
        """The best of the candidates `rows`."""
        terms = Terms.of([query])
        widths = None if self.is_whole else widths_of(rows, self.models)
        candidates = self.beside(role, [self.segment(role, rows, terms)], counts, widths)
        scores = Scores(candidates, role, [query], crowded=crowded)
        if scores.signals:
            scores.given = self.scale(
                scores, Scores(self.with_counts(role, terms, counts), role, [query]), counts
            )
        return next(scores.hits(k, among))

    def scale(self, candidates: Scores, drawn: Scores, counts: Counts) -> fusion.Scale:
        """That of the collection, where candidates stand for themselves and what else was drawn for the rest.

        The rarest words are in few texts: a sample alone would miss them, and with them most of the spread.
        """
        beside = self.unlike(candidates)
        codes = np.concatenate([drawn.face.codes[beside], candidates.face.codes])
        weights = np.ones(len(codes))
        for lang in np.unique(codes):
            own = np.flatnonzero(codes[: len(beside)] == lang)
            rest = counts.languages.get(int(lang), 0) - int((candidates.face.codes == lang).sum())
            weights[own] = max(rest, 0) / max(len(own), 1)
        signals = {
            name: np.concatenate([drawn.scaled[name][:, beside], values], axis=1)
            for name, values in candidates.scaled.items()
        }
        same = np.concatenate([drawn.same_script[:, beside], candidates.same_script], axis=1)
        found = fusion.scale_of(signals, same, fusion.Groups.of(codes), weights=weights)
        return replace(found, size=counts.size)

    def unlike(self, candidates: Scores) -> Array:
        """The rows of the sample that are no candidates."""
        ours, *_ = self.snapshot.segments[candidates.role]
        (theirs,) = candidates.face.ready
        beside = np.ones(len(ours.keys), bool)
        for lang, rows in stretches(theirs.segment.langs).items():
            own = stretches(ours.langs).get(lang)
            if own is not None:
                beside[standing(ours.keys, own, theirs.segment.keys[rows])] = False
        left: Array = np.flatnonzero(beside)
        return left

    def with_counts(self, role: Role, terms: Terms, counts: Counts) -> Snapshot:
        """The sample with these terms alone, weighed as in the whole collection."""
        (ready,) = self.snapshot.ready[role]
        words, concepts = only(ready.segment.words, terms.words), only(ready.segment.concepts, terms.concepts)
        segment = replace(ready.segment, words=words, concepts=concepts)
        weighed = replace(ready, segment=segment, lengths=lengths(segment, counts.words, counts.concepts))
        snapshot = Snapshot({role: (segment,)}, self.statistics(role, counts), {role: (weighed,)})
        face = snapshot.face(role)
        face.__dict__.update({name: getattr(self.snapshot.face(role), name) for name in ROWWISE})
        return snapshot

    def beside(
        self,
        role: Role,
        segments: Sequence[Segment],
        counts: Counts,
        widths: Mapping[str, Array] | None = None,
    ) -> Snapshot:
        """Other rows with what is known of the whole collection."""
        statistics = self.statistics(role, counts)
        ready = tuple(Ready.of(segment, role, statistics, widths) for segment in segments)
        return Snapshot({role: tuple(segments)}, statistics, {role: ready})

    def statistics(self, role: Role, counts: Counts) -> Statistics:
        return replace(self.snapshot.statistics, words={role: counts.words}, concepts={role: counts.concepts})

    def segment(self, role: Role, rows: Sequence[Row], terms: Terms) -> Segment:
        """The rows with the query's terms; crowding that was not measured is the average of the language."""
        segment = segment_of(rows, self.models, terms.words, terms.concepts)
        return replace(segment, crowding=self.crowding(role, segment))

    def crowding(self, role: Role, segment: Segment) -> Array:
        known = segment.crowding.copy()
        if self.is_whole:
            measured = self.measured[role]
            for i, place in enumerate(zip(segment.keys, segment.langs.tolist(), strict=True)):
                known[i] = measured.get(place, known[i])
        missing = np.isnan(known).any(axis=1)
        known[missing] = self.averages[role][segment.langs[missing]]
        return known

    @cached_property
    def measured(self) -> dict[Role, dict[tuple[str, int], Array]]:
        return {
            role: {
                (key, lang): row
                for one in parts
                for key, lang, row in zip(one.keys, one.langs.tolist(), one.crowding, strict=True)
            }
            for role, parts in self.snapshot.segments.items()
        }

    @cached_property
    def averages(self) -> dict[Role, Array]:
        """(languages, scripts that ask) of each role."""
        found = {}
        for role in ROLES:
            face = self.snapshot.face(role)
            found[role] = np.zeros((256, 2), np.float32)
            for rows in face.groups.rows:
                found[role][face.codes[rows][0]] = face.crowding[rows].mean(axis=0)
        return found

    def with_things(self, things: Sequence[Prepared]) -> "Sample":
        """As if some more were there; among many texts they change nothing worth the time."""
        if not things or not self.is_whole:
            return self
        more = sum(len(one.passages) for one in things)
        sizes = {role: size + more for role, size in self.sizes.items()}
        return replace(self, snapshot=self.snapshot.with_changes(things), sizes=sizes)

    def near(self, role: Role, rows: Sequence[Row], beside: Sequence[Prepared]) -> Neighbours:
        """Candidates, and what only this comparison knows of, to be asked for duplicates."""
        segments = (segment_of(rows, self.models), *((Segment.build(beside),) if beside else ()))
        counts = Counts(
            Collection.count([(one.words, one.scripts, one.alive) for one in segments], 2),
            Collection.count([(one.concepts, one.nought, one.alive) for one in segments], 1),
            {},
        )
        snapshot = self.beside(role, segments, counts)
        return Neighbours(snapshot, role, size=self.sizes[role])


def stretches(langs: Array) -> dict[int, slice]:
    """The rows of each language, which follow each other."""
    starts = np.flatnonzero(np.diff(langs, prepend=255)).tolist()
    ends = [*starts[1:], len(langs)]
    return {int(langs[a]): slice(a, b) for a, b in zip(starts, ends, strict=True)}


def standing(keys: Sequence[str], rows: slice, wanted: Sequence[str]) -> list[int]:
    """Where keys stand among rows of a language, which are in order; what is not there falls out."""
    places = [(bisect_left(keys, key, rows.start, rows.stop), key) for key in wanted]
    return [place for place, key in places if place < rows.stop and keys[place] == key]
