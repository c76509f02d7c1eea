"""Texts of one role that may be the same thing said twice, in one language or in two.

The cosine of two centred vectors says little by itself: where all texts are about one trade, strangers are as
near as 0.6. It is divided by how far the texts of the collection scatter along each of the two vectors (the
geometric mean of both), so that it counts in standard deviations; of two models the mean is taken. One limit
for texts of one script and one for texts of two were chosen on sets of translations and light paraphrases,
each set judged by limits that it had no part in (docs/benchmarks.md, "Duplicates"). Shared words and concepts
added nothing to that, so they explain a pair and do not find it; a repeated text is found by itself.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from matching.engine import lexical, text
from matching.engine.dense import Role
from matching.engine.items import Prepared
from matching.engine.lexical import Array
from matching.engine.segments import CODES, SCRIPTS
from matching.engine.statistics import ISOTROPIC, ROWS

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

SAME_SCRIPT = 5.0  # standard deviations from which two texts of one script are called the same
TWO_SCRIPTS = 3.7
SLOPE = 2.3  # of the log odds, for each standard deviation: a logistic fit on the same sets
TYPICAL = 0.017  # mean square of the cosines of strangers, as the sets have it
TRUST = 400  # texts' worth of trust in that: among few texts, two of a kind would hide themselves


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near the nearest language versions of two things are."""

    deviations: float  # above the limit for their scripts; below 0 it is told of for its words alone
    same_script: bool

    @property
    def probability(self) -> float:
        return 1 / (1 + math.exp(-SLOPE * self.deviations))

    @property
    def is_near(self) -> bool:
        return self.deviations >= 0


@dataclass(frozen=True)
class Neighbours:
    """All things of one role in a snapshot, ready to be asked which of them are near to others."""

    snapshot: "Snapshot"
    role: Role
    floor: float = 0.0  # deviations above the limit from which a neighbour is told of
    size: int = 0  # texts from which the spread was taken, where they are not those of the snapshot

    def of(self, asked: Sequence[Prepared]) -> list[dict[str, Nearness]]:
        """For each that asks, by key, what is near to it or has the very same words; never itself."""
        owners = [i for i, one in enumerate(asked) for _ in one.passages]
        found: list[dict[str, Nearness]] = [{} for _ in asked]
        for row, key, nearness in self._hits(asked) if owners and len(self.face.alive) else ():
            owner = owners[row]
            known = found[owner].get(key)
            if key != asked[owner].key and (known is None or known.deviations < nearness.deviations):
                found[owner][key] = nearness
        return found

    def _hits(self, asked: Sequence[Prepared]) -> Iterator[tuple[int, str, Nearness]]:
        """(which passage of those asked, key, how near), some rows of the collection at a time."""
        codes = np.array([CODES[p.lang] for one in asked for p in one.passages])
        vectors = {
            model: self._centred([p.vectors[model] for one in asked for p in one.passages], model, codes)
            for model in self.face.models
        }
        widths = {model: self._width(model, unit) for model, unit in vectors.items()}
        same = SCRIPTS[codes][:, None] == SCRIPTS[self.face.codes][None, :]
        repeats = same & self._same_words([p.tokens for one in asked for p in one.passages])
        for start in range(0, len(self.keys), ROWS):
            rows = np.arange(start, min(start + ROWS, len(self.keys)))
            near = np.zeros((len(codes), len(rows)), np.float32)
            for model, unit in vectors.items():
                cosines = unit @ self.face.centred(model, rows, self.centres[model, self.role]).T
                both = widths[model][:, None] * self.widths[model][rows][None, :]
                near += cosines / np.sqrt(both) / len(vectors)
            above = near - np.where(same[:, rows], SAME_SCRIPT, TWO_SCRIPTS)
            for i, j in np.argwhere((above >= self.floor) | repeats[:, rows]):
                yield int(i), self.keys[rows[j]], Nearness(float(above[i, j]), bool(same[i, rows[j]]))

    def _same_words(self, bags: Sequence[Sequence[str]]) -> Array:
        """(bags, living rows): each word as often, which is so when |a|² = |b|² = ab."""
        counts = [Counter(bag) for bag in bags]
        own = np.array([sum(n * n for n in bag.values()) for bag in counts], float)
        parts = []
        for ready in self.face.ready:
            postings = ready.segment.words
            squares = np.bincount(
                postings.rows, postings.counts.astype(float) ** 2, minlength=len(postings.lengths)
            )
            shape = (len(postings.terms), len(postings.lengths))
            index = sparse.csr_matrix(
                (postings.counts.astype(float), postings.rows, postings.indptr), shape=shape
            )
            dots = (over(counts, postings.terms) @ index).toarray()
            parts.append((dots == squares[None, :]) & (own[:, None] == squares[None, :]) & (own[:, None] > 0))
        same: Array = self.face.gather(parts)
        return same

    @property
    def face(self):  # type: ignore[no-untyped-def]
        return self.snapshot.face(self.role)

    @property
    def centres(self) -> Mapping[tuple[str, Role], Array]:
        return self.snapshot.statistics.centres

    @cached_property
    def keys(self) -> list[str]:
        """The key of each living row."""
        return [self.face.keys[item] for item in self.face.items]

    @cached_property
    def widths(self) -> dict[str, Array]:
        """Of each living row, for each model."""
        blocks = [np.arange(s, min(s + ROWS, len(self.keys))) for s in range(0, len(self.keys), ROWS)]
        return {
            model: np.concatenate(
                [
                    self._width(model, self.face.centred(model, rows, self.centres[model, self.role]))
                    for rows in blocks
                ]
            )
            for model in self.face.models
        }

    def _centred(self, vectors: Sequence[Array], model: str, codes: Array) -> Array:
        moved = np.array(vectors, np.float32) - self.centres[model, self.role][codes]
        unit: Array = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        return unit

    def _width(self, model: str, unit: Array) -> Array:
        """The standard deviation of the collection's cosines with each of these, leaning on what is typical.

        The spread of the statistics leans on an even one in all directions; that is taken out of it first.
        """
        spread = self.snapshot.statistics.spreads[model, self.role]
        size, dim = self.size or len(self.keys), unit.shape[1]
        squares = np.einsum("ij,ij->i", unit @ spread, unit) * (size + ISOTROPIC) - ISOTROPIC / dim
        width: Array = np.sqrt((np.maximum(squares, 0) + TRUST * TYPICAL) / (size + TRUST))
        return width.astype(np.float32)


def over(bags: Sequence[Mapping[str, int]], terms: Array) -> sparse.csr_matrix:
    """Counts of words as rows over these terms; words that are none of them fall out."""
    data, columns, indptr = [], [], [0]
    for bag in bags:
        ids = np.array([lexical.term_id(word) for word in bag], np.uint64)
        places = np.minimum(np.searchsorted(terms, ids), max(len(terms) - 1, 0))
        known = terms[places] == ids if len(terms) else np.zeros(len(ids), bool)
        columns.extend(places[known])
        data.extend(np.array(list(bag.values()), float)[known])
        indptr.append(len(columns))
    return sparse.csr_matrix((data, columns, indptr), shape=(len(bags), len(terms)), dtype=float)


def is_repeat(one: Prepared, other: Prepared) -> bool:
    """Whether a version of one repeats a version of the other, but for case, punctuation and the like."""
    return any(
        bool(a.tokens) and a.tokens == b.tokens and text.script(a.lang) == text.script(b.lang)
        for a in one.passages
        for b in other.passages
    )
