"""Passages as the bytes of three columns, for a backend that fetches the few rows that it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine.coarse import Coarse, middles
from matching.engine.lexical import Array, Postings, places
from matching.engine.segments import Segment

TERM = np.dtype([("term", "<u8"), ("count", "<u2")])
END = np.dtype({"names": ["end"], "formats": ["<u2"], "offsets": [0], "itemsize": TERM.itemsize})
STEP = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class Row:
    """One passage; `words` and `concepts` are TERMs, `vectors` each model's numbers and step."""

    key: str
    lang: int
    words: bytes
    concepts: bytes
    length: int  # words, each as often as it is there
    mentions: int
    vectors: bytes
    crowding: tuple[float, float]
    widths: bytes = b""  # as `Ready.widths`, of each model; nothing where they are not known

    @property
    def terms(self) -> tuple[Array, Array]:
        """Ids of the different words, and of the different concepts."""
        return np.frombuffer(self.words, TERM)["term"], np.frombuffer(self.concepts, TERM)["term"]


def rows_of(segment: Segment, widths: Array | None = None) -> list[Row]:
    """The passages of a segment; `widths` (rows, models) go with them."""
    words, concepts = bags(segment.words), bags(segment.concepts)
    vectors = [
        b"".join(
            vectors.whole[i].tobytes() + STEP.type(vectors.steps[i]).tobytes()
            for _, vectors in sorted(segment.vectors.items())
        )
        for i in range(len(segment.keys))
    ]
    return [
        Row(
            key,
            int(segment.langs[i]),
            words[i],
            concepts[i],
            int(segment.words.lengths[i]),
            int(segment.concepts.lengths[i]),
            vectors[i],
            (float(segment.crowding[i, 0]), float(segment.crowding[i, 1])),
            b"" if widths is None else widths[i].astype(STEP).tobytes(),
        )
        for i, key in enumerate(segment.keys)
    ]


def bags(postings: Postings) -> list[bytes]:
    """The terms of each row, ascending."""
    found = np.empty(len(postings.rows), TERM)
    found["term"] = np.repeat(postings.terms, np.diff(postings.indptr))
    found["count"] = np.minimum(postings.counts, np.iinfo(np.uint16).max)
    order = np.argsort(postings.rows, kind="stable")
    ends = np.cumsum(np.bincount(postings.rows, minlength=len(postings.lengths)))
    return [part.tobytes() for part in np.split(found[order], ends[:-1])] if len(ends) else []


def segment_of(
    rows: Sequence[Row],
    models: Mapping[str, int],
    words: Array | None = None,
    concepts: Array | None = None,
) -> Segment:
    """The segment of these rows; of their terms those named (ids, ascending) or all.

    A score needs no more than the terms of the query and how long a row is.
    """
    rows = in_order(rows)
    langs = np.array([row.lang for row in rows], np.uint8)
    numbers = np.frombuffer(b"".join(row.vectors for row in rows), np.int8)
    numbers = numbers.reshape(len(rows), sum(dim + STEP.itemsize for dim in models.values()))
    vectors, start = {}, 0
    for name, dim in sorted(models.items()):
        steps = np.ascontiguousarray(numbers[:, start + dim : start + dim + STEP.itemsize]).view(STEP)[:, 0]
        whole = np.ascontiguousarray(numbers[:, start : start + dim])
        vectors[name] = Coarse(whole, steps, langs, middles(name, dim))
        start += dim + STEP.itemsize
    return Segment(
        tuple(row.key for row in rows),
        langs,
        postings([row.words for row in rows], [row.length for row in rows], words),
        postings([row.concepts for row in rows], [row.mentions for row in rows], concepts),
        vectors,
        np.ones(len(rows), bool),
        np.array([row.crowding for row in rows], np.float32).reshape(len(rows), 2),
    )


def in_order(rows: Sequence[Row]) -> list[Row]:
    """As they stand in a segment."""
    return sorted(rows, key=lambda row: (row.lang, row.key))


def widths_of(rows: Sequence[Row], models: Mapping[str, int]) -> dict[str, Array] | None:
    """Those of each model, in the order of a segment; None unless every row has them."""
    known = b"".join(row.widths for row in in_order(rows))
    if len(known) != len(rows) * len(models) * STEP.itemsize:
        return None
    columns = np.frombuffer(known, STEP).reshape(len(rows), len(models)).T
    return dict(zip(sorted(models), columns, strict=True))


def postings(bags: Sequence[bytes], lengths: Sequence[int], only: Array | None) -> Postings:
    every = np.frombuffer(b"".join(bags), TERM)
    rows = np.repeat(np.arange(len(bags), dtype=np.int32), [len(bag) // TERM.itemsize for bag in bags])
    if only is not None:
        kept = maybe(every, only)
        every, rows = every[kept], rows[kept]
        kept = places(only, every["term"])[1]
        every, rows = every[kept], rows[kept]
    sizes = np.array(lengths, np.float32)
    return Postings.arrange(every["term"].astype(np.uint64), rows, every["count"], sizes)


def maybe(bag: Array, known: Array) -> Array:
    """Where terms stand that end as one of those known does: nearly all others are told by two bytes."""
    ends = np.zeros(1 << 16, bool)
    ends[(known & np.uint64(0xFFFF)).astype(np.int64)] = True
    found: Array = np.flatnonzero(ends[bag.view(END)["end"]])
    return found


def only(postings: Postings, terms: Array) -> Postings:
    """The postings of some terms (ids, ascending), of all rows."""
    at, known = places(postings.terms, terms)
    return postings.only(at[known])
