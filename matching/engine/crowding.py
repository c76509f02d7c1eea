"""How near each text is to everything: a solution that half answers every wish is the answer to none.

The correction is CSLS (Conneau et al., 2018, "Word translation without parallel data"), on fused scores:
a text's scores are lowered by a share of the mean of its few best ones with texts of the other role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from matching.engine import fusion, lexical
from matching.engine.dense import Role
from matching.engine.lexical import Array, Postings
from matching.engine.ready import Face
from matching.engine.segments import SCRIPTS, Segment

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

# How many best scores are averaged. A wish is answered by few solutions, a solution may answer many wishes:
# with three for both, sets where half of the solutions answer nothing (`drcd_dev`) lost .02 of nDCG@10.
NEAREST: Mapping[Role, int] = {"wish": 3, "solution": 10}
SAMPLE = 1000  # texts of a script that ask
ENOUGH = 30  # texts of a script from which the correction has its whole weight
AT_ONCE = 300_000  # pairs of texts that are measured anew with every change
BLOCK = 64
SIDES: tuple[tuple[Role, Role], ...] = (("wish", "solution"), ("solution", "wish"))

Chosen = Sequence[tuple[Segment, Array]]  # rows of segments
Scales = Sequence[fusion.Scale]  # one for each block of those that ask


@dataclass(frozen=True)
class Asking:
    """Some rows of a role as queries."""

    size: int
    vectors: Mapping[str, Array]  # centred
    words: "Bags"
    concepts: "Bags"


@dataclass(frozen=True)
class Bags:
    """Bags of terms as a matrix (rows, terms), weighed as queries are."""

    terms: Array
    weights: sparse.csr_matrix

    @classmethod
    def of(cls, parts: Sequence[tuple[Postings, Array]]) -> "Bags":
        every = [postings.terms for postings, _ in parts]
        terms = lexical.joined(every) if every else np.zeros(0, np.uint64)
        blocks = [transposed(postings, rows, terms) for postings, rows in parts]
        return cls(
            terms, sparse.vstack(blocks, "csr") if blocks else sparse.csr_matrix((0, 0), dtype=np.float32)
        )

    def over(self, postings: Postings, block: slice) -> sparse.csr_matrix:
        """The rows of a block over the terms of these postings; what they do not hold falls out."""
        return self.weights[block] @ renaming(self.terms, postings.terms)


def transposed(postings: Postings, rows: Array, terms: Array) -> sparse.csr_matrix:
    weights = postings.counts * (lexical.K3 + 1) / (postings.counts + lexical.K3)
    shape = (len(postings.terms), len(postings.lengths))
    index = sparse.csr_matrix((weights, postings.rows, postings.indptr), shape=shape)
    return (index.T.tocsr()[rows] @ renaming(postings.terms, terms)).tocsr()


def renaming(terms: Array, others: Array) -> sparse.csr_matrix:
    """Takes columns for `terms` to columns for `others`."""
    shape = (len(terms), len(others))
    if not min(shape):
        return sparse.csr_matrix(shape, dtype=np.float32)
    places = np.minimum(np.searchsorted(others, terms), len(others) - 1)
    known = np.flatnonzero(others[places] == terms)
    return sparse.csr_matrix((np.ones(len(known), np.float32), (known, places[known])), shape=shape)


def measured(snapshot: "Snapshot", *, whole: bool = True) -> "Snapshot":
    """The snapshot with the crowding of every text as it is now; without `whole` only where that is quick.

    Else texts keep what was measured last, and new ones count as the average of their language.
    """
    ready = dict(snapshot.ready)
    for role, other in SIDES:
        sizes = [len(one.segment.keys) for one in ready[role]]
        asking = sum(len(one.segment.keys) for one in ready[other])
        if whole or sum(sizes) * min(2 * SAMPLE, asking) <= AT_ONCE:
            parts = np.split(measure(snapshot, role, other), np.cumsum(sizes)[:-1]) if sizes else []
            ready[role] = tuple(
                replace(one, segment=replace(one.segment, crowding=part))
                for one, part in zip(ready[role], parts, strict=True)
            )
    segments = {role: tuple(one.segment for one in parts) for role, parts in ready.items()}
    return replace(snapshot, ready=ready, segments=segments)


def measure(snapshot: "Snapshot", role: Role, other: Role) -> Array:
    """(rows of all segments, scripts that ask): the mean of the best scores, less where few ask."""
    face = Face(snapshot.ready[role])
    found = np.full((sum(len(one.segment.keys) for one in face.ready), 2), np.nan, np.float32)
    for script in (0, 1):
        found[face.alive, script] = nearest(snapshot, face, role, sample(snapshot, other, script), script)
    return found


def nearest(
    snapshot: "Snapshot", face: Face, role: Role, asking: Asking, script: int, scales: Scales | None = None
) -> Array:
    """The same of one script, for the living rows; `scales` where these are part of a collection."""
    best = np.full((NEAREST[role], len(face.alive)), -np.inf, np.float32)
    for block, signals, same in blocks(snapshot, face, role, asking, script):
        scale = scales[block.start // BLOCK] if scales else None
        scores = fusion.fuse(signals, same, face.groups, scale=scale)
        best = np.partition(np.vstack((best, scores)), -NEAREST[role], axis=0)[-NEAREST[role] :]
    if not asking.size:
        return np.zeros(len(face.alive), np.float32)
    mean: Array = best[-min(asking.size, NEAREST[role]) :].mean(axis=0) * min(1.0, asking.size / ENOUGH)
    return mean


def scales(snapshot: "Snapshot", role: Role, asking: Asking, script: int) -> Scales:
    """Where the scores of each block of those that ask lie."""
    face = snapshot.face(role)
    every = blocks(snapshot, face, role, asking, script)
    return [fusion.scale_of(signals, same, face.groups) for _, signals, same in every]


def blocks(
    snapshot: "Snapshot", face: Face, role: Role, asking: Asking, script: int
) -> Iterator[tuple[slice, dict[str, Array], Array]]:
    """Some of those that ask, their signals and whether a row is of their script (some, living rows)."""
    same = SCRIPTS[face.codes][None, :] == script
    for start in range(0, asking.size if len(face.alive) else 0, BLOCK):
        block = slice(start, start + BLOCK)
        signals = lexically(snapshot, face, role, asking, block)
        for model, vectors in asking.vectors.items():
            if (model, role) in snapshot.statistics.centres:
                centres = snapshot.statistics.centres[model, role]
                cosines = face.gather([r.cosines(model, vectors[block], centres) for r in face.ready])
                signals[model] = cosines / face.widths(model)
        yield block, signals, np.broadcast_to(same, signals["words"].shape)


def lexically(snapshot: "Snapshot", face: Face, role: Role, asking: Asking, block: slice) -> dict[str, Array]:
    """Scores of a block of those that ask with every living row, by shared words and by shared concepts."""
    numbers = snapshot.statistics
    words = [
        lexical.product(
            asking.words.over(s.words, block), s.words, numbers.words[role], s.scripts, of["words"]
        )
        for s, of in ((r.segment, r.lengths) for r in face.ready)
    ]
    concepts = [
        lexical.product(
            asking.concepts.over(s.concepts, block),
            s.concepts,
            numbers.concepts[role],
            s.nought,
            of["concepts"],
        )
        for s, of in ((r.segment, r.lengths) for r in face.ready)
    ]
    return {"words": face.gather(words), "concepts": face.gather(concepts)}


def sample(snapshot: "Snapshot", role: Role, script: int) -> Asking:
    """The living texts of a script, at most SAMPLE; which ones depends on their keys alone."""
    segments = snapshot.segments[role]
    places = sorted(
        (lexical.term_id(segment.keys[row]), number, int(row))
        for number, segment in enumerate(segments)
        for row in np.flatnonzero(segment.alive & (segment.scripts == script))
    )[:SAMPLE]
    rows = [np.array([row for _, of, row in places if of == n], np.int64) for n in range(len(segments))]
    chosen = [(segment, of) for segment, of in zip(segments, rows, strict=True) if len(of)]
    vectors = {}
    for model, of_role in snapshot.statistics.centres:
        if chosen and of_role == role and all(model in segment.vectors for segment, _ in chosen):
            vectors[model] = centred(model, chosen, snapshot.statistics.centres[model, role])
    words, concepts = ([(getattr(s, kind), of) for s, of in chosen] for kind in ("words", "concepts"))
    return Asking(len(places), vectors, Bags.of(words), Bags.of(concepts))


def centred(model: str, chosen: Chosen, centres: Array) -> Array:
    moved = np.concatenate([s.vectors[model].floats(rows) - centres[s.langs[rows]] for s, rows in chosen])
    unit: Array = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return unit
