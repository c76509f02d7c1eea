"""Vectors in one byte a number: a quarter of the memory, and of the time that an exact scan takes to read it.

A vector is what is left when the middle of its model and script is taken off, in steps of a 127th of its
largest number. Products are of whole numbers below 2**24, exact in any order: one query or many, one
segment or several, every process finds the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import simsimd

from matching.engine import means, text
from matching.engine.dense import ROLES

Array = np.ndarray[Any, Any]
LANGUAGES = text.LANGUAGES
MOST = 127
ROWS = 1024  # that many queries are compared with before the next ones: they stay in the processor's cache


@dataclass(frozen=True)
class Coarse:
    """Rows ≈ bases[langs] + steps[:, None] * whole."""

    whole: Array  # (rows, dim) int8
    steps: Array  # (rows,) float32
    langs: Array  # (rows,) codes
    bases: Array  # (languages, dim) float32

    @classmethod
    def of(cls, model: str, vectors: Sequence[Array], langs: Array) -> "Coarse":
        found = np.array(vectors, np.float32)
        bases = middles(model, found.shape[1])
        return cls(*steps(found - bases[langs]), langs, bases)

    @property
    def dim(self) -> int:
        return int(self.whole.shape[1])

    def taken(self, rows: Array) -> "Coarse":
        return Coarse(self.whole[rows], self.steps[rows], self.langs[rows], self.bases)

    def floats(self, rows: Any = slice(None)) -> Array:
        """The vectors of some rows, nearly as the model gave them."""
        found: Array = self.bases[self.langs[rows]] + self.steps[rows, None] * self.whole[rows]
        return found

    def from_origins(self, origins: Array, rows: Any = slice(None)) -> Array:
        """The same as seen from the origin of their language."""
        found: Array = self.whole[rows] * self.steps[rows, None]
        found += (self.bases - origins)[self.langs[rows]]
        return found

    def products(self, asked: Array, origins: Array) -> Array:
        """Inner products (queries, rows) with the rows as seen from the origin of their language."""
        if not len(asked) or not len(self.whole):
            return np.zeros((len(asked), len(self.whole)), np.float32)
        whole, step = steps(asked)
        found = np.empty((len(asked), len(self.whole)), np.float32)
        rows = len(self.whole) if len(asked) == 1 else ROWS
        for start in range(0, len(self.whole), rows):
            block = slice(start, start + rows)
            dots = np.asarray(simsimd.cdist(whole, self.whole[block], "dot", out_dtype="float32"))
            found[:, block] = dots.reshape(len(asked), -1)
        shifts = np.vecdot(asked[:, None], (self.bases - origins)[None])
        for row, one, shift in zip(found, step, shifts, strict=True):
            row *= one
            row *= self.steps
            for lang, rows_of in self.runs:
                row[rows_of] += shift[lang]
        return found

    def beside(self, other: "Coarse", origins: Array) -> Array:
        """Inner products of rows of one language with rows of another, each as seen from its own origin.

        The same for some rows as for all: products of whole numbers are exact, the rest is told row by row.
        """
        off = self.bases - origins
        here, there = int(self.langs[0]), int(other.langs[0])
        dots = np.asarray(simsimd.cdist(self.whole, other.whole, "dot", out_dtype="float32"))
        found: Array = dots.reshape(len(self.whole), -1) * self.steps[:, None] * other.steps
        found += (self.steps * np.vecdot(self.whole.astype(np.float32), off[there]))[:, None]
        found += other.steps * np.vecdot(other.whole.astype(np.float32), off[here])
        found += np.vecdot(off[here], off[there])
        return found

    @cached_property
    def runs(self) -> list[tuple[int, slice]]:
        """Rows of one language that follow each other."""
        starts = np.flatnonzero(np.diff(self.langs, prepend=255)).tolist()
        ends = [*starts[1:], len(self.langs)]
        return [(int(self.langs[a]), slice(a, b)) for a, b in zip(starts, ends, strict=True)]


def steps(vectors: Array) -> tuple[Array, Array]:
    """Vectors as whole numbers of at most 127, and what one of each is worth."""
    size = np.maximum(np.abs(vectors).max(axis=1, initial=0), np.float32(1e-9)) / MOST
    return np.round(vectors / size[:, None]).astype(np.int8), size.astype(np.float32)


@cache
def middles(model: str, dim: int) -> Array:
    """One vector a language, the same in every collection; nought for a model that is not known here."""
    found = np.zeros((len(LANGUAGES), dim), np.float32)
    for code, lang in enumerate(LANGUAGES):
        known = [mean for role in ROLES if (mean := means.default(model, role, lang)) is not None]
        if known:
            found[code] = np.mean(known, axis=0)
    return found
