"""The peers: each gives a score (questions, pool) to every text of a pool, -inf to what it does not find.

All are as they come, with nothing fitted to a set. Those that count words get the same tokens.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import bm25s
import numpy as np
import tantivy
from bm25s.stopwords import STOPWORDS_EN
from scipy.stats import rankdata

from matching.engine import text
from matching.engine.items import Item, Prepared
from matching.engine.lexical import Array

# Not a peer as it comes but half-way to the engine: what vectors give once each language has its own middle.
CENTRED = "centred"
K = 60  # of reciprocal rank fusion, as its authors set it (Cormack, Clarke and Büttcher, 2009)
LONGEST = 100  # characters of a token; PostgreSQL refuses 2,047 bytes
WORD = re.compile(rf"(?P<han>[{text.HAN}]+)|[^\W{text.HAN}]+")


@dataclass(frozen=True)
class Text:
    key: str
    lang: str
    tokens: Sequence[str]
    vectors: Mapping[str, Array]  # as the models gave them: unit length, not centred


Peer = Callable[[Sequence[Text], Sequence[Text]], Array]


def as_text(item: Item, prepared: Prepared) -> Text:
    """A text of one language as peers read it; its vectors are the engine's, so of the folded text."""
    passage = item.passages[0]
    return Text(item.key, passage.lang, tuple(tokens(passage.whole)), prepared.passages[0].vectors)


def tokens(body: str) -> Iterable[str]:
    """Stems of words but English stop words, and bigrams of Chinese; Traditional stays Traditional."""
    for match in WORD.finditer(body.lower()):
        piece = match.group()
        if match.lastgroup == "han":
            yield from (token.text for token in text.bigrams(piece, 0))
        elif piece not in STOPWORDS_EN:  # not the engine's: peers stay as they are when it changes
            yield text.stem(piece)[:LONGEST]


def scored(questions: Sequence[Text], pool: Sequence[Text], postgresql: Peer) -> dict[str, Array]:
    """What each peer by its name thinks of the pool, its statistics taken from that pool alone."""
    found = {"BM25": bm25(questions, pool), "tantivy": by_tantivy(questions, pool)}
    found["PostgreSQL"] = postgresql(questions, pool)
    found["E5"], found["USE"] = (cosines(model, questions, pool) for model in ("e5", "use"))
    found["RRF"] = reciprocal_ranks(found["BM25"], found["E5"])
    found["min-max"] = half_and_half(found["BM25"], found["E5"])
    asked, answers = centred(questions), centred(pool)
    found[CENTRED] = cosines("e5", asked, answers) + cosines("use", asked, answers)
    return found


def bm25(questions: Sequence[Text], pool: Sequence[Text]) -> Array:
    index = bm25s.BM25()
    index.index([list(one.tokens) for one in pool], show_progress=False)
    none = np.zeros(len(pool))
    rows = [index.get_scores(list(q.tokens)) if q.tokens else none for q in questions]
    return found_only(np.array(rows, np.float64))


def by_tantivy(questions: Sequence[Text], pool: Sequence[Text]) -> Array:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("body", tokenizer_name="whitespace")
        .add_unsigned_field("row", stored=True)
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for row, one in enumerate(pool):
        writer.add_document(tantivy.Document(body=" ".join(one.tokens), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    scores = np.zeros((len(questions), len(pool)))
    for i, question in enumerate(questions):
        words = [tantivy.Query.term_query(schema, "body", token) for token in question.tokens]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, word) for word in words])
        for score, place in searcher.search(query, len(pool), count=False).hits:
            scores[i, searcher.doc(place).get_first("row")] = score
    return found_only(scores)


def found_only(scores: Array) -> Array:
    """A text without a word of the question is not found."""
    return np.where(scores > 0, scores, -np.inf)


def cosines(model: str, questions: Sequence[Text], pool: Sequence[Text]) -> Array:
    asked, answers = (np.array([one.vectors[model] for one in many]) for many in (questions, pool))
    product: Array = (asked @ answers.T).astype(np.float64)
    return product


def centred(texts: Sequence[Text]) -> list[Text]:
    """The texts with vectors from which the mean of their language was taken, of unit length again."""
    found: list[dict[str, Array]] = [{} for _ in texts]
    langs = np.array([one.lang for one in texts])
    for model in texts[0].vectors:
        vectors = np.array([one.vectors[model] for one in texts])
        for lang in np.unique(langs):
            vectors[langs == lang] -= vectors[langs == lang].mean(axis=0)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        for own, vector in zip(found, vectors / lengths, strict=True):
            own[model] = vector
    return [replace(one, vectors=own) for one, own in zip(texts, found, strict=True)]


def reciprocal_ranks(*several: Array) -> Array:
    """Reciprocal rank fusion; what one does not find has no rank there, and equals share theirs."""
    ranks = [np.where(np.isneginf(scores), np.inf, rankdata(-scores, axis=1)) for scores in several]
    total: Array = np.sum([1 / (K + each) for each in ranks], axis=0)
    return total


def half_and_half(*several: Array) -> Array:
    """The mean of scores stretched to 0 to 1 for each question; not found counts as a score of 0."""
    filled = [np.where(np.isneginf(scores), 0, scores) for scores in several]
    lows = [scores.min(axis=1, keepdims=True) for scores in filled]
    spans = [np.ptp(scores, axis=1, keepdims=True) for scores in filled]
    parts = [
        (scores - low) / np.maximum(span, 1e-12)
        for scores, low, span in zip(filled, lows, spans, strict=True)
    ]
    mean: Array = np.mean(parts, axis=0)
    return mean
