"""The ways to find the best hundred texts that are measured beside each other, all on the same texts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import tantivy

from innoportal.bench.peers.postgres import TsRank
from innoportal.bench.peers.systems import Text
from matching.engine import Prepared
from matching.engine.lexical import Array, Postings, term_id
from matching.engine.segments import Segment

K = 100
Search = Callable[[Prepared], Array]  # row numbers of the best


@dataclass(frozen=True)
class Peer:
    name: str
    up_to: int  # texts; what takes minutes to build or a second to ask is left out beyond
    build: Callable[[Segment], Search]


def best(scores: Array) -> Array:
    """The K highest, best first."""
    rows = np.argpartition(-scores, min(K, len(scores) - 1))[:K]
    found: Array = rows[np.argsort(-scores[rows])]
    return found


def scan(segment: Segment) -> Search:
    """Exact inner products of `float32`, as numpy makes them: all numbers of both models in one matrix."""
    models = sorted(segment.vectors)
    dims = np.cumsum([0, *(segment.vectors[name].dim for name in models)])
    whole = np.empty((len(segment.keys), dims[-1]), np.float32)
    for name, start, end in zip(models, dims, dims[1:], strict=False):
        whole[:, start:end] = segment.vectors[name].floats()

    def search(query: Prepared) -> Array:
        asked = np.concatenate([query.passages[0].vectors[name] for name in models])
        return best(whole @ asked)

    return search


def by_bm25s(segment: Segment) -> Search:
    index = bm25s.BM25()
    index.index(list(bags(segment.words)), show_progress=False)

    def search(query: Prepared) -> Array:
        scores: Array = index.get_scores(words(query))
        return best(scores)

    return search


def by_tantivy(segment: Segment) -> Search:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("body", tokenizer_name="whitespace")
        .add_unsigned_field("row", stored=True)
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for row, bag in enumerate(bags(segment.words)):
        writer.add_document(tantivy.Document(body=" ".join(bag), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query: Prepared) -> Array:
        parts = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", word))
            for word in dict.fromkeys(words(query))
        ]
        found = searcher.search(tantivy.Query.boolean_query(parts), K, count=False)
        return np.array([searcher.doc(place).get_first("row") for _, place in found.hits], np.int64)

    return search


def by_postgresql(ranked: TsRank) -> Callable[[Segment], Search]:
    """`ts_rank` over a table without an index: nearly every text holds some word of a query."""

    def build(segment: Segment) -> Search:
        ranked.fill([Text("", "", bag, {}) for bag in bags(segment.words)])

        def search(query: Prepared) -> Array:
            return best(ranked.scores(words(query), len(segment.keys)))

        return search

    return build


def words(query: Prepared) -> list[str]:
    return [f"{term_id(token):x}" for token in query.passages[0].tokens]


def bags(postings: Postings) -> Iterator[list[str]]:
    """The words of each row, as often as they are there; their ids stand for them."""
    order = np.argsort(postings.rows, kind="stable")
    term_of = np.repeat(np.arange(len(postings.terms)), np.diff(postings.indptr))[order]
    counts = postings.counts[order].astype(int)
    names = [f"{term:x}" for term in postings.terms.tolist()]
    ends = np.cumsum(np.bincount(postings.rows, minlength=len(postings.lengths)))
    for start, end in zip([0, *ends.tolist()], ends.tolist(), strict=False):
        yield [
            names[term]
            for term, count in zip(term_of[start:end], counts[start:end], strict=True)
            for _ in range(count)
        ]


PEERS: Sequence[Peer] = (
    Peer("exact scan, float32, numpy", 1_000_000, scan),
    Peer("bm25s", 100_000, by_bm25s),
    Peer("tantivy", 100_000, by_tantivy),
)
RANKED = "ts_rank"
MOST_RANKED = 10_000  # `ts_rank` takes a second a query with ten times as many
