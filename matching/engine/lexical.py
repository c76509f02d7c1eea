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
MANY = 4  # queries from which a product of matrices is quicker than one term after the other


@lru_cache(maxsize=1 << 15)
def term_id(token: str) -> int:
    """A token as 64 bits: postings then need no dictionary of strings, which processes could not share."""
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def counted(bag: Iterable[str]) -> tuple[Array, Array]:
    """The ids of the different tokens, ascending, and how often each is there."""
    return _counted(tuple(bag))


@lru_cache(maxsize=1 << 13)  # of a query for each segment, and of the wishes of a rematch for each part
def _counted(bag: tuple[str, ...]) -> tuple[Array, Array]:
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

    def only(self, kept: Array) -> "Postings":
        """Those of some terms, by their places (ascending), of all rows."""
        sizes = np.diff(self.indptr)[kept]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(self.indptr[kept] - starts[:-1], sizes)
        return Postings(self.terms[kept], starts, self.rows[places], self.counts[places], self.lengths)

    def taken(self, rows: Array) -> "Postings":
        """Those of some rows (ascending), which are numbered anew."""
        numbers = np.full(len(self.lengths), -1, np.int32)
        numbers[rows] = np.arange(len(rows), dtype=np.int32)
        new = numbers[self.rows]
        kept = new >= 0
        indptr = np.concatenate([[0], np.cumsum(kept)])[self.indptr].astype(np.int64)
        return Postings(self.terms, indptr, new[kept], self.counts[kept], self.lengths[rows])

    def frequencies(self, groups: Array, chosen: Array, n_groups: int) -> Array:
        """In how many of the chosen rows of each group each term stands."""
        found = np.zeros((len(self.terms), n_groups), np.int64)
        for group in range(n_groups if len(self.terms) else 0):
            held = (chosen & (groups == group))[self.rows]
            found[:, group] = np.add.reduceat(held, self.indptr[:-1], dtype=np.int64)
        return found


Part = tuple[Postings, Array, Array]  # the group of each row, and which rows are meant


@dataclass(frozen=True)
class Collection:
    """What BM25 must know of all segments together, as integers: no order of adding matters."""

    terms: Array  # uint64, ascending
    frequencies: Array  # (terms, groups)
    sizes: Array  # living rows of each group
    totals: Array  # tokens of each group

    @classmethod
    def count(cls, parts: Sequence[Part], n_groups: int) -> "Collection":
        """From the living rows of segments."""
        nothing = np.zeros(n_groups, np.int64)
        empty = cls(np.zeros(0, np.uint64), np.zeros((0, n_groups), np.int64), nothing, nothing)
        return empty.changed((), parts)

    def changed(self, gone: Sequence[Part], new: Sequence[Part]) -> "Collection":
        """Less the rows that are gone, and with new ones; a term that is nowhere any more stays with 0."""
        terms = joined([self.terms, *(postings.terms for postings, _, _ in new)])
        frequencies = np.zeros((len(terms), len(self.sizes)), np.int64)
        frequencies[np.searchsorted(terms, self.terms)] = self.frequencies
        sizes, totals = self.sizes.copy(), self.totals.copy()
        for sign, parts in ((-1, gone), (1, new)):
            for postings, groups, chosen in parts:
                if not chosen.any():
                    continue
                places = np.searchsorted(terms, postings.terms)
                frequencies[places] += sign * postings.frequencies(groups, chosen, len(sizes))
                sizes += sign * np.bincount(groups[chosen], minlength=len(sizes))
                tokens = np.bincount(groups[chosen], postings.lengths[chosen], minlength=len(sizes))
                totals += sign * tokens.astype(np.int64)
        return Collection(terms, frequencies, sizes, totals)

    def idf_of(self, terms: Array) -> Array:
        """(terms, groups); nought for a term that was not counted."""
        at, known = places(self.terms, terms)
        n, df = self.sizes[None, :], self.frequencies[at[known]]
        found = np.zeros((len(terms), len(self.sizes)), np.float32)
        found[known] = np.log1p((n - df + 0.5) / (df + 0.5))
        return found

    def whole(self, bag: Iterable[str], group: int) -> float:
        """What an average row of the group would score if it held every word of the query once."""
        ids, tf = counted(bag)
        at, known = places(self.terms, ids)
        df = np.zeros(len(ids))
        df[known] = self.frequencies[at[known], group]
        idf = np.log1p((self.sizes[group] - df + 0.5) / (df + 0.5))
        return float((idf * tf * (K3 + 1) / (tf + K3)).sum())

    def lengths(self, postings: Postings, groups: Array) -> Array:
        """Of each row, beside that of an average one: how often a word must be there to count half."""
        average = self.totals / np.maximum(self.sizes, 1)
        relative = postings.lengths / np.maximum(average[groups], 1e-9)
        return (K1 * (1 - B + B * relative)).astype(np.float32)

    def weigh(self, postings: Postings, groups: Array, lengths: Array) -> Array:
        """The BM25 weight of each posting; `lengths` are those of its rows, as below."""
        idf, n_groups = self.idf_of(postings.terms).ravel(), np.int32(len(self.sizes))
        cells = np.repeat(np.arange(len(postings.terms), dtype=np.int32) * n_groups, np.diff(postings.indptr))
        cells += groups.astype(np.int32)[postings.rows]
        found = saturated(postings.counts, lengths[postings.rows])
        found *= idf[cells]
        return found


def saturated(counts: Array, lengths: Array) -> Array:
    """What BM25 makes of how often a word is there, (K1 + 1) at most."""
    found: Array = counts * np.float32(K1 + 1)
    found /= counts + lengths
    return found


def joined(parts: Sequence[Array]) -> Array:
    """The different terms of several, each ascending; the largest is not sorted again."""
    largest, *others = sorted(parts, key=len, reverse=True)
    more = np.unique(np.concatenate(others)) if others else largest[:0]
    _, known = places(largest, more)
    new = more[~known]
    return np.insert(largest, np.searchsorted(largest, new), new) if len(new) else largest


@dataclass(frozen=True)
class Asked:
    """The words of queries that some row holds: those of one query between two of `ends`."""

    terms: Array  # places among the terms of the postings
    weights: Array
    ends: Array  # after a nought

    @classmethod
    def of(cls, postings: Postings, bags: Sequence[Iterable[str]]) -> "Asked":
        pairs = [counted(bag) for bag in bags]
        ids = np.concatenate([np.zeros(0, np.uint64), *(own for own, _ in pairs)])
        counts = np.concatenate([np.zeros(0), *(own for _, own in pairs)])
        at, known = places(postings.terms, ids)
        before = np.concatenate([[0], np.cumsum(known)])  # how many of them some row holds
        ends = before[np.cumsum([0, *(len(own) for own, _ in pairs)])]
        counts = counts[known]
        return cls(at[known], (counts * (K3 + 1) / (counts + K3)).astype(np.float32), ends)

    def matrix(self, terms: int) -> sparse.csr_matrix:
        shape = (len(self.ends) - 1, terms)
        return sparse.csr_matrix((self.weights, self.terms, self.ends), shape=shape)


def scores(
    postings: Postings,
    counts: Collection,
    groups: Array,
    bags: Sequence[Iterable[str]],
    lengths: Array | None = None,
) -> Array:
    """BM25 of each query with each row; groups are 0, then 1; `lengths` are those of `Collection.lengths`.

    Weighed when asked: a query reads few of the postings, and a change of the collection moves them all.
    """
    asked = Asked.of(postings, bags)
    lengths = counts.lengths(postings, groups) if lengths is None else lengths
    if len(bags) >= MANY:
        return product(asked.matrix(len(postings.terms)), postings, counts, groups, lengths)
    idf = counts.idf_of(postings.terms[asked.terms])
    starts, ends = postings.indptr[asked.terms], postings.indptr[asked.terms + 1]
    columns = (starts, ends, idf[:, 0], idf[:, -1], asked.weights)
    terms = list(zip(*(one.tolist() for one in columns), strict=True))
    border = int(np.searchsorted(groups, 1))
    found = np.zeros((len(bags), len(postings.lengths)), np.float32)
    for row, first, last in zip(found, asked.ends.tolist(), asked.ends[1:].tolist(), strict=False):
        for start, end, before, after, weight in terms[first:last]:
            held = postings.rows[start:end]
            part = saturated(postings.counts[start:end], lengths[held])
            split = held.searchsorted(border)
            part[:split] *= before
            part[split:] *= after
            part *= weight
            row[held] += part  # a row holds a term once
    return found


def product(
    asked: sparse.csr_matrix, postings: Postings, counts: Collection, groups: Array, lengths: Array
) -> Array:
    """The same for many queries (rows) over the terms of the postings, added up in the same order."""
    used, places = np.unique(asked.indices, return_inverse=True)
    weights = np.zeros((len(used), asked.shape[0]), np.float32)
    weights[places, np.repeat(np.arange(asked.shape[0]), np.diff(asked.indptr))] = asked.data
    part = postings.only(used)
    shape = (len(postings.lengths), len(used))
    index = sparse.csc_matrix((counts.weigh(part, groups, lengths), part.rows, part.indptr), shape=shape)
    return np.ascontiguousarray((index @ weights).T)
