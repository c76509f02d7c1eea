"""What scores need to know of the whole collection at once: BM25's counts, and where the vectors lie."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine import means, text
from matching.engine.dense import Role
from matching.engine.lexical import Array, Collection
from matching.engine.segments import CODES, Segment

FIXED = 2**30  # vectors are summed as integers, so that a sum does not depend on the order of adding
ISOTROPIC = 50  # texts' worth of trust that a language is spread evenly in all directions
ROWS = 4096  # rows worked on at once

Parts = Mapping[Role, Sequence[Segment]]


@dataclass(frozen=True)
class Statistics:
    words: Mapping[Role, Collection]
    concepts: Mapping[Role, Collection]
    centres: Mapping[tuple[str, Role], Array]  # (model, role) → one row a language
    spreads: Mapping[tuple[str, Role], Array]  # (model, role) → covariance of that role's centred vectors

    @classmethod
    def of(cls, parts: Parts) -> "Statistics":
        words, concepts = {}, {}
        for role, segments in parts.items():
            words[role] = Collection.count([(s.words, s.scripts, s.alive) for s in segments], 2)
            concepts[role] = Collection.count([(s.concepts, 0 * s.scripts, s.alive) for s in segments], 1)
        dims = {name: v.dim for segments in parts.values() for s in segments for name, v in s.vectors.items()}
        centres, spreads = {}, {}
        for model, dim in sorted(dims.items()):
            for role, centre in centres_of(model, dim, parts).items():
                centres[model, role] = centre
                spreads[model, role] = covariance(model, parts[role], centre)
        return cls(words, concepts, centres, spreads)

    def centre_query(self, model: str, role: Role, code: int, vector: Array) -> Array:
        moved = vector - self.centres[model, role][code]
        return moved / max(float(np.linalg.norm(moved)), 1e-9)


def living(model: str, segments: Sequence[Segment]) -> Iterator[tuple[Array, Array]]:
    """(language codes, vectors) of the living rows, some at a time."""
    for segment in segments:
        if model not in segment.vectors:
            continue
        for start in range(0, len(segment.keys), ROWS):
            block = slice(start, start + ROWS)
            alive = segment.alive[block]
            yield segment.langs[block][alive], segment.vectors[model].floats(block)[alive]


def centres_of(model: str, dim: int, parts: Parts) -> dict[Role, Array]:
    """The mean of each language and role; a small group leans on its language, that on what is known."""
    sums = {role: np.zeros((len(CODES), dim), np.int64) for role in parts}
    sizes = {role: np.zeros((len(CODES), 1), np.int64) for role in parts}
    for role, segments in parts.items():
        for langs, vectors in living(model, segments):
            fixed = np.round(vectors * np.float64(FIXED)).astype(np.int64)
            for code in np.unique(langs):
                sums[role][code] += fixed[langs == code].sum(axis=0)
            sizes[role][:, 0] += np.bincount(langs, minlength=len(CODES))
    total = np.sum(list(sums.values()), axis=0) / FIXED
    size = np.sum(list(sizes.values()), axis=0)
    everywhere = total.sum(axis=0) / max(size.sum(), 1)
    centres = {}
    for role in parts:
        known = [means.default(model, role, lang) for lang in text.LANGUAGES]
        prior = np.array([everywhere if mean is None else mean for mean in known])
        of_language = (total + means.TRUST * prior) / (size + means.TRUST)
        own = (sums[role] / FIXED + means.TRUST * of_language) / (sizes[role] + means.TRUST)
        centres[role] = own.astype(np.float32)
    return centres


def covariance(model: str, segments: Sequence[Segment], centres: Array) -> Array:
    dim = centres.shape[1]
    total = np.zeros((dim, dim), np.float32)
    size = 0
    for langs, vectors in living(model, segments):
        moved = vectors - centres[langs]
        moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        total += moved.T @ moved
        size += len(moved)
    return ((total + ISOTROPIC * np.eye(dim, dtype=np.float32) / dim) / (size + ISOTROPIC)).astype(np.float32)
