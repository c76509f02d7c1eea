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
    sums: Mapping[tuple[str, Role], Array]  # (model, role) → of each language the sum, and how many
    centres: Mapping[tuple[str, Role], Array]  # (model, role) → one row a language
    spreads: Mapping[tuple[str, Role], Array]  # (model, role) → covariance of that role's centred vectors

    @classmethod
    def of(cls, parts: Parts) -> "Statistics":
        words = {r: Collection.count([s.counted[0] for s in segments], 2) for r, segments in parts.items()}
        concepts = {r: Collection.count([s.counted[1] for s in segments], 1) for r, segments in parts.items()}
        dims = {name: v.dim for segments in parts.values() for s in segments for name, v in s.vectors.items()}
        sums = {
            (model, role): summed(model, dim, segments)
            for model, dim in sorted(dims.items())
            for role, segments in parts.items()
        }
        centres = centres_of(sums)
        spreads = {
            (model, role): covariance(model, parts[role], centres[model, role]) for model, role in sums
        }
        return cls(words, concepts, sums, centres, spreads)

    def changed(self, gone: Parts, new: Parts) -> "Statistics":
        """Less the living rows of some segments and with those of others; spreads stay as they were measured.

        Words and centres are whole numbers added up, so the same as if all had been counted anew.
        """
        words, concepts = (
            {
                role: getattr(self, kind)[role].changed(
                    [s.counted[i] for s in gone[role]], [s.counted[i] for s in new[role]]
                )
                for role in new
            }
            for i, kind in enumerate(("words", "concepts"))
        )
        sums = {
            (model, role): known
            - summed(model, known.shape[1] - 1, gone[role])
            + summed(model, known.shape[1] - 1, new[role])
            for (model, role), known in self.sums.items()
        }
        return Statistics(words, concepts, sums, centres_of(sums), self.spreads)

    def centre_query(self, model: str, role: Role, code: int, vector: Array) -> Array:
        moved = vector - self.centres[model, role][code]
        return moved / max(float(np.linalg.norm(moved)), 1e-9)


def living(segments: Sequence[Segment], model: str) -> Iterator[tuple[Segment, Array]]:
    """The living rows of segments that the model has read, some at a time."""
    for segment in segments:
        if model in segment.vectors:
            rows = np.flatnonzero(segment.alive)
            for start in range(0, len(rows), ROWS):
                yield segment, rows[start : start + ROWS]


def summed(model: str, dim: int, segments: Sequence[Segment]) -> Array:
    """(languages, dim + 1): the vectors of each language added up in steps of 1 / FIXED, and how many."""
    sums = np.zeros((len(CODES), dim + 1), np.int64)
    for segment, rows in living(segments, model):
        langs = segment.langs[rows]
        fixed = np.round(segment.vectors[model].floats(rows) * np.float64(FIXED)).astype(np.int64)
        for code in np.unique(langs):
            sums[code, :-1] += fixed[langs == code].sum(axis=0)
        sums[:, -1] += np.bincount(langs, minlength=len(CODES))
    return sums


def centres_of(sums: Mapping[tuple[str, Role], Array]) -> dict[tuple[str, Role], Array]:
    """The mean of each language and role; a small group leans on its language, that on what is known."""
    centres = {}
    for model in dict.fromkeys(model for model, _ in sums):
        own = {role: array for (of, role), array in sums.items() if of == model}
        whole = np.sum(list(own.values()), axis=0)
        total, size = whole[:, :-1] / FIXED, whole[:, -1:]
        everywhere = total.sum(axis=0) / max(size.sum(), 1)
        for role, array in own.items():
            known = [means.default(model, role, lang) for lang in text.LANGUAGES]
            prior = np.array([everywhere if mean is None else mean for mean in known])
            of_language = (total + means.TRUST * prior) / (size + means.TRUST)
            mean = (array[:, :-1] / FIXED + means.TRUST * of_language) / (array[:, -1:] + means.TRUST)
            centres[model, role] = mean.astype(np.float32)
    return centres


def covariance(model: str, segments: Sequence[Segment], centres: Array) -> Array:
    dim = centres.shape[1]
    total = np.zeros((dim, dim), np.float32)
    size = 0
    for segment, rows in living(segments, model):
        moved = segment.vectors[model].from_origins(centres, rows)
        moved /= np.sqrt(np.maximum(np.vecdot(moved, moved), 1e-18))[:, None]
        total += moved.T @ moved
        size += len(moved)
    return ((total + ISOTROPIC * np.eye(dim, dtype=np.float32) / dim) / (size + ISOTROPIC)).astype(np.float32)
