"""Collections of any size that are like the real texts they are grown from.

A text takes most words and most of its vector from one real text and the rest from another of the same
language. A part of its words come from a vocabulary that grows with the collection as that of the real texts
does (Heaps' law), so that most words stay rare. Everything is drawn from a seed, block by block as arrays:
a million `Prepared` would take 20 GB.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from innoportal.bench.scale.sources import Bags, Sources
from matching.engine.coarse import Coarse, middles, steps
from matching.engine.dense import Role
from matching.engine.lexical import Array, Postings
from matching.engine.segments import CODES, SCRIPTS, Segment

BLOCK = 10_000
SLICES = 16
KEPT = 0.7  # of a text's words, and of its vector
NEW = 0.15  # words from the growing vocabulary
STEEP = 2.0  # the share of the n-th of these falls as n ** (1 / STEEP - 1)
NOISE = 0.35  # beside a vector whose distance from the mean of its language is one
TWICE = 0.5  # texts in Chinese that are versions of a thing that is there in English


@dataclass(frozen=True)
class Heaps:
    """Different words among the first n: factor * n ** power (Heaps, 1978)."""

    factor: float
    power: float

    @classmethod
    def of(cls, words: Array) -> "Heaps":
        """Measured between half of the words and all."""
        half, whole = len(np.unique(words[: len(words) // 2])), len(np.unique(words))
        power = float(np.log2(whole / half))
        return cls(whole / len(words) ** power, power)

    def at(self, count: Array) -> Array:
        return self.factor * count.astype(float) ** self.power


def grow(sources: Sources, count: int, role: Role, seed: int) -> Segment:
    """A segment of `count` texts, its languages in the proportions of the sources."""
    chance = np.random.default_rng([seed, count, *role.encode()])
    langs = languages(sources.langs, count)
    blocks = list(grown(sources, langs, chance))
    keys = named(role, langs, chance)
    return Segment(
        keys,
        langs,
        postings([b.words for b in blocks]),
        postings([b.concepts for b in blocks]),
        {
            name: Coarse(
                np.concatenate([b.vectors[name][0] for b in blocks]),
                np.concatenate([b.vectors[name][1] for b in blocks]),
                langs,
                middles(name, sources.vectors[name].shape[1]),
            )
            for name in sorted(sources.vectors)
        },
        np.ones(count, bool),
        np.full((count, 2), np.nan, np.float32),
    )


def languages(of_sources: Array, count: int) -> Array:
    """Codes, ascending."""
    shares = np.cumsum(np.bincount(of_sources, minlength=len(CODES))) / len(of_sources)
    return np.repeat(
        np.arange(len(CODES), dtype=np.uint8), np.diff(np.round(shares * count).astype(int), prepend=0)
    )


def named(role: Role, langs: Array, chance: np.random.Generator) -> tuple[str, ...]:
    """Keys that ascend within each language; some are in English and in Chinese."""
    english = int((langs == CODES["en"]).sum())
    numbers = np.arange(len(langs))
    taken = 0
    for code in np.unique(langs[langs != CODES["en"]]):
        rows = np.flatnonzero(langs == code)
        versions = min(int(len(rows) * TWICE), english - taken)
        numbers[rows[:versions]] = taken + np.sort(chance.permutation(english - taken)[:versions])
        taken += versions if code != CODES["yue"] else 0
    return tuple(f"{role[0].upper()}-{number:09}" for number in numbers.tolist())


@dataclass(frozen=True)
class Block:
    words: Bags
    concepts: Bags
    vectors: dict[str, tuple[Array, Array]]  # model → as `coarse.steps`


def grown(sources: Sources, langs: Array, chance: np.random.Generator) -> Iterator[Block]:
    so_far = {0: 0, 1: 0}  # words of each script
    laws = {script: heaps(sources, script) for script in np.unique(SCRIPTS[sources.langs]).tolist()}
    for code in np.unique(langs):
        own = np.flatnonzero(sources.langs == code)
        script = int(SCRIPTS[code])
        count = int((langs == code).sum())
        for start in range(0, count, BLOCK):
            first, second = chance.choice(own, (2, min(BLOCK, count - start)))
            words = mixed(sources.words, first, second, chance)
            size = so_far[script]
            so_far[script] += len(words.terms)
            yield Block(
                renewed(words, laws[script], size, script, chance),
                mixed(sources.concepts, first, second, chance),
                {name: moved(sources, name, first, second, chance) for name in sorted(sources.vectors)},
            )


def heaps(sources: Sources, script: int) -> Heaps:
    texts = np.flatnonzero(SCRIPTS[sources.langs] == script)
    shuffled = np.random.default_rng(0).permutation(texts)
    return Heaps.of(gathered(sources.words, shuffled).terms)


def gathered(bags: Bags, texts: Array) -> Bags:
    sizes = bags.sizes[texts]
    ends = np.cumsum(sizes)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(bags.starts[texts] - ends + sizes, sizes)
    return Bags(bags.terms[places], ends)


def mixed(bags: Bags, first: Array, second: Array, chance: np.random.Generator) -> Bags:
    """As many terms as the first text has, some of them replaced by terms of the second."""
    found = gathered(bags, first)
    other, sizes = np.repeat(second, found.sizes), bags.sizes
    lent = (chance.random(len(found.terms)) > KEPT) & (sizes[other] > 0)
    drawn = bags.starts[other] + (chance.random(len(other)) * sizes[other]).astype(np.int64)
    terms = found.terms.copy()
    terms[lent] = bags.terms[drawn[lent]]
    return Bags(terms, found.ends)


def renewed(bags: Bags, law: Heaps, before: int, script: int, chance: np.random.Generator) -> Bags:
    """Some terms replaced by those of a vocabulary that has grown so far."""
    places = np.flatnonzero(chance.random(len(bags.terms)) < NEW)
    known = law.at(before + places + 1)
    numbers = (known * chance.random(len(places)) ** STEEP).astype(np.uint64)
    terms = bags.terms.copy()
    terms[places] = scattered(numbers * np.uint64(2) + np.uint64(script))
    return Bags(terms, bags.ends)


def scattered(numbers: Array) -> Array:
    """Different 64 bits for each number, as hashes of words are (splitmix64: Steele et al., 2014)."""
    found = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: Array = found ^ (found >> np.uint64(31))
    return scattered


def moved(
    sources: Sources, name: str, first: Array, second: Array, chance: np.random.Generator
) -> tuple[Array, Array]:
    """Vectors near the first texts', towards the second's."""
    vectors, code = sources.vectors[name], sources.langs[first[0]]
    mean = vectors[sources.langs == code].mean(axis=0)
    dim = vectors.shape[1]
    noise = chance.standard_normal((len(first), dim), np.float32) * np.float32(NOISE / dim**0.5)
    away = KEPT * (vectors[first] - mean) + (1 - KEPT) * (vectors[second] - mean)
    length = np.linalg.norm(vectors[first] - mean, axis=1, keepdims=True)
    away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9) + noise
    found = mean + length * away
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return steps((found - middles(name, dim)[code]).astype(np.float32))


def postings(blocks: list[Bags]) -> Postings:
    """Of texts whose bags come in blocks."""
    terms, rows, counts, start = [], [], [], 0
    for bags in blocks:
        owners = np.repeat(np.arange(start, start + len(bags.ends), dtype=np.int32), bags.sizes)
        order = np.lexsort((bags.terms, owners))
        term, row = bags.terms[order], owners[order]
        is_head = np.ones(len(term), bool)
        is_head[1:] = (term[1:] != term[:-1]) | (row[1:] != row[:-1])
        heads = np.flatnonzero(is_head)
        terms.append(term[heads])
        rows.append(row[heads])
        counts.append(np.diff(heads, append=len(term)).astype(np.float32))
        start += len(bags.ends)
    return arranged(terms, rows, counts, np.concatenate([bags.sizes for bags in blocks]).astype(np.float32))


def arranged(terms: list[Array], rows: list[Array], counts: list[Array], lengths: Array) -> Postings:
    """As `Postings.arrange`, a part of the terms after the other: to sort all of a million takes 10 GB."""
    parts = []
    for high in range(SLICES):
        kept = [term >> np.uint64(64 - SLICES.bit_length() + 1) == high for term in terms]
        term, row, count = (
            np.concatenate([one[k] for one, k in zip(arrays, kept, strict=True)])
            for arrays in (terms, rows, counts)
        )
        parts.append(Postings.arrange(term, row, count, lengths))
    ends = np.cumsum([0, *(part.indptr[-1] for part in parts)])
    return Postings(
        np.concatenate([part.terms for part in parts]),
        np.concatenate([*(p.indptr[:-1] + end for p, end in zip(parts, ends, strict=False)), ends[-1:]]),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.counts for part in parts]),
        lengths,
    )
