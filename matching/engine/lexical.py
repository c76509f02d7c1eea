"""BM25 over postings that can be mapped from disk; each script has its own document frequencies."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from scipy import sparse

Array = np.ndarray[Any, Any]
K1 = 1.2
B = 0.75
K3 = 8.0  # how soon a word repeated in a query stops counting


@lru_cache(maxsize=1 << 13)
def term_id(token: str) -> int:
    """A token as 64 bits: postings then need no dictionary of strings, which processes could not share."""
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def counted(bag: Iterable[str]) -> tuple[Array, Array]:
    """The ids of the different tokens, ascending, and how often each is there."""
    counts = Counter(bag)
    ids = np.fromiter(map(term_id, counts), np.uint64, len(counts))
    order = np.argsort(ids)
    return ids[order], np.fromiter(counts.values(), float, len(counts))[order]


def places(terms: Array, ids: Array) -> tuple[Array, Array]:
    """Where ids stand among the terms, and which of them do."""
    if not len(terms):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
    found = np.minimum(np.searchsorted(terms, ids), len(terms) - 1)
    return found, terms[found] == ids


@dataclass(frozen=True)
class Postings:
    """Which rows hold a term and how often: `rows[indptr[t]:indptr[t + 1]]` for the term `terms[t]`."""

    terms: Array  # uint64, ascending
    indptr: Array  # int64
    rows: Array  # int32
    counts: Array  # float32
    lengths: Array  # float32, one a row

    @classmethod
    def build(cls, bags: Sequence[Iterable[str]]) -> "Postings":
        known: dict[str, int] = {}
        terms: list[int] = []
        rows: list[int] = []
        counts: list[int] = []
        lengths = np.zeros(len(bags), np.float32)
        for row, bag in enumerate(bags):
            for token, count in Counter(bag).items():
                if token not in known:
                    known[token] = term_id(token)
                terms.append(known[token])
                rows.append(row)
                counts.append(count)
                lengths[row] += count
        return cls.arrange(np.array(terms, np.uint64), np.array(rows, np.int32), np.array(counts), lengths)

    @classmethod
    def arrange(cls, terms: Array, rows: Array, counts: Array, lengths: Array) -> "Postings":
        order = np.lexsort((rows, terms))
        unique, starts = np.unique(terms[order], return_index=True)
        indptr = np.append(starts, len(terms)).astype(np.int64)
        return cls(unique, indptr, rows[order], counts[order].astype(np.float32), lengths)

    def frequencies(self, groups: Array, alive: Array, n_groups: int) -> Array:
        """In how many living rows of each group each term stands."""
        term_of = np.repeat(np.arange(len(self.terms)), np.diff(self.indptr))
        living = alive[self.rows]
        cells = term_of[living] * n_groups + groups[self.rows][living]
        return np.bincount(cells, minlength=len(self.terms) * n_groups).reshape(-1, n_groups)


@dataclass(frozen=True)
class Collection:
    """What BM25 must know of all segments together, as integers: no order of adding matters."""

    terms: Array  # uint64, ascending
    frequencies: Array  # (terms, groups)
    sizes: Array  # living rows of each group
    totals: Array  # tokens of each group

    @classmethod
    def count(cls, parts: Sequence[tuple[Postings, Array, Array]], n_groups: int) -> "Collection":
        """From segments of (postings, group of each row, which rows live)."""
        terms = np.unique(np.concatenate([p.terms for p, _, _ in parts])) if parts else np.zeros(0, np.uint64)
        frequencies = np.zeros((len(terms), n_groups), np.int64)
        sizes = np.zeros(n_groups, np.int64)
        totals = np.zeros(n_groups, np.int64)
        for postings, groups, alive in parts:
            frequencies[np.searchsorted(terms, postings.terms)] += postings.frequencies(
                groups, alive, n_groups
            )
            sizes += np.bincount(groups[alive], minlength=n_groups)
            tokens = np.bincount(groups[alive], postings.lengths[alive], minlength=n_groups)
            totals += tokens.astype(np.int64)
        return cls(terms, frequencies, sizes, totals)

    def idf(self) -> Array:
        n, df = self.sizes[None, :], self.frequencies
        return np.log1p((n - df + 0.5) / (df + 0.5)).astype(np.float32)

    def whole(self, bag: Iterable[str], group: int) -> float:
        """What an average row of the group would score if it held every word of the query once."""
        ids, tf = counted(bag)
        at, known = places(self.terms, ids)
        df = np.zeros(len(ids))
        df[known] = self.frequencies[at[known], group]
        idf = np.log1p((self.sizes[group] - df + 0.5) / (df + 0.5))
        return float((idf * tf * (K3 + 1) / (tf + K3)).sum())

    def weigh(self, postings: Postings, groups: Array) -> Array:
        """The BM25 weight of each posting."""
        average = self.totals / np.maximum(self.sizes, 1)
        relative = postings.lengths / np.maximum(average[groups], 1e-9)
        norm = (K1 * (1 - B + B * relative)).astype(np.float32)
        idf = self.idf()[np.searchsorted(self.terms, postings.terms)]
        term_of = np.repeat(np.arange(len(postings.terms), dtype=np.int32), np.diff(postings.indptr))
        tf = postings.counts
        weights: Array = idf[term_of, groups[postings.rows]] * tf * (K1 + 1) / (tf + norm[postings.rows])
        return weights.astype(np.float32)


def queries(postings: Postings, bags: Sequence[Iterable[str]]) -> sparse.csr_matrix:
    """Queries as rows over the terms of these postings; words that no row holds fall out."""
    weights, columns = [np.zeros(0)], [np.zeros(0, np.int64)]
    for bag in bags:
        ids, counts = counted(bag)
        at, known = places(postings.terms, ids)
        columns.append(at[known])
        weights.append(counts[known] * (K3 + 1) / (counts[known] + K3))
    indptr = np.cumsum([len(one) for one in columns])
    data = np.concatenate(weights).astype(np.float32)
    shape = (len(indptr) - 1, len(postings.terms))
    return sparse.csr_matrix((data, np.concatenate(columns), indptr), shape=shape, dtype=np.float32)


def scores(postings: Postings, weights: Array, bags: Sequence[Iterable[str]]) -> Array:
    """BM25 of each query with each row."""
    asked = queries(postings, bags)
    found = np.zeros((len(bags), len(postings.lengths)), np.float32)
    starts, ends = postings.indptr[asked.indices].tolist(), postings.indptr[asked.indices + 1].tolist()
    for row, first, last in zip(found, asked.indptr, asked.indptr[1:], strict=False):
        for start, end, weight in zip(
            starts[first:last], ends[first:last], asked.data[first:last], strict=True
        ):
            row[postings.rows[start:end]] += weight * weights[start:end]  # a row holds a term once
    return found


def product(asked: sparse.csr_matrix, postings: Postings, weights: Array) -> Array:
    """The same for many queries, as a matrix over the terms of the postings."""
    index = sparse.csr_matrix(
        (weights, postings.rows, postings.indptr),
        shape=(len(postings.terms), len(postings.lengths)),
        copy=False,
    )
    found: Array = (asked @ index).toarray()
    return found
