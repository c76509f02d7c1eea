"""Why two texts belong together: shared words, concepts and sentences, with their exact places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from matching.engine import means, text
from matching.engine.dense import Embedder, Role
from matching.engine.glossary import Glossary, shipped
from matching.engine.items import Item

Field = Literal["title", "body"]
SENTENCE = re.compile(r"[^。！？；\n.!?]*(?:[.!?](?=\S)[^。！？；\n.!?]*)*(?:[。！？；.!?]+|\n|$)")
SENTENCES = 24  # of one text that are compared
TERMS = 24


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text as it was written: item.passages[passage].title or .body [start:end]."""

    passage: int
    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    text: str  # as the wish writes it first
    wish: tuple[Span, ...]
    solution: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SharedConcept:
    concept: str
    labels: dict[str, str]  # by language
    wish: tuple[Span, ...]
    solution: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SentencePair:
    wish: Span
    wish_text: str
    wish_lang: str
    solution: Span
    solution_text: str
    solution_lang: str


@dataclass(frozen=True, slots=True)
class Explanation:
    terms: tuple[Term, ...]
    concepts: tuple[SharedConcept, ...]
    sentences: SentencePair | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def explain(
    wish: Item, solution: Item, embedder: Embedder | None = None, glossary: Glossary | None = None
) -> Explanation:
    """What both say. Sentences are compared by the embedder (USE is the quick one), across languages too.

    Without a glossary, concepts are those of the engine's own.
    """
    return Explanation(
        shared_terms(wish, solution),
        shared_concepts(wish, solution, glossary or shipped()),
        best_sentences(wish, solution, embedder) if embedder else None,
    )


def fields(item: Item) -> Iterator[tuple[int, Field, str]]:
    for i, passage in enumerate(item.passages):
        yield i, "title", passage.title
        yield i, "body", passage.body


def written(item: Item, span: Span) -> str:
    passage = item.passages[span.passage]
    return (passage.title if span.field == "title" else passage.body)[span.start : span.end]


def occurrences(item: Item) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for passage, field, body in fields(item):
        for token in text.tokens(body):
            found.setdefault(token.text, []).append(Span(passage, field, token.start, token.end))
    return found


def shared_terms(wish: Item, solution: Item) -> tuple[Term, ...]:
    """Words of both, the longest first; bigrams of Chinese that follow each other are read as one word."""
    asked, offered = occurrences(wish), occurrences(solution)
    both = {token for token in asked if token in offered}
    runs: dict[str, tuple[list[Span], list[Span]]] = {}
    for side, spans in ((0, joined(asked, both)), (1, joined(offered, both))):
        item = wish if side == 0 else solution
        for span in spans:
            name = text.fold(written(item, span)).text.lower()
            key = name if not name.isascii() else text.stem(name)
            runs.setdefault(key, ([], []))[side].append(span)
    terms = [Term(written(wish, w[0]), tuple(w), tuple(s)) for w, s in runs.values() if w and s]
    inside = [term for term in terms if len(term.text) > 1]
    return tuple(sorted(inside, key=lambda term: (-len(term.text), term.text))[:TERMS])


def joined(found: dict[str, list[Span]], both: set[str]) -> list[Span]:
    """The places of shared tokens, those that overlap made into one."""
    spans = sorted(
        {span for token in both for span in found[token]},
        key=lambda s: (s.passage, s.field, s.start, -s.end),
    )
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and (last.passage, last.field) == (span.passage, span.field) and span.start < last.end:
            merged[-1] = Span(last.passage, last.field, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def shared_concepts(wish: Item, solution: Item, glossary: Glossary) -> tuple[SharedConcept, ...]:
    asked, offered = named(wish, glossary), named(solution, glossary)
    return tuple(
        SharedConcept(
            name,
            {lang: glossary.concepts[name].label(lang) for lang in ("en", "zh-Hant", "zh-Hans")},
            tuple(asked[name]),
            tuple(offered[name]),
        )
        for name in asked
        if name in offered
    )


def named(item: Item, glossary: Glossary) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for passage, field, body in fields(item):
        for mention in glossary.mentions(body):
            found.setdefault(mention.concept, []).append(Span(passage, field, mention.start, mention.end))
    return found


def sentences(item: Item) -> list[Span]:
    """Sentences long enough to say something; a title is one."""
    found: list[Span] = []
    for passage, field, body in fields(item):
        for match in SENTENCE.finditer(body):
            said = match.group()
            start = match.start() + len(said) - len(said.lstrip())
            end = start + len(said.strip())
            if sum(3 if char >= "\u2e80" else 1 for char in said.strip()) >= 12:
                found.append(Span(passage, field, start, end))
    return found[:SENTENCES]


def best_sentences(wish: Item, solution: Item, embedder: Embedder) -> SentencePair | None:
    asked, offered = sentences(wish), sentences(solution)
    if not asked or not offered:
        return None
    cosines = vectors(wish, asked, embedder) @ vectors(solution, offered, embedder).T
    i, j = np.unravel_index(int(cosines.argmax()), cosines.shape)
    one, other = asked[int(i)], offered[int(j)]
    return SentencePair(
        one,
        written(wish, one),
        wish.passages[one.passage].lang,
        other,
        written(solution, other),
        solution.passages[other.passage].lang,
    )


def vectors(item: Item, spans: Sequence[Span], embedder: Embedder) -> Any:
    """Unit vectors without what their language has in common, which would else decide."""
    role: Role = item.role
    found = np.array(embedder.encode([text.fold(written(item, span)).text for span in spans], role))
    for row, span in enumerate(spans):
        mean = means.default(embedder.name, role, item.passages[span.passage].lang)
        if mean is not None:
            found[row] -= mean
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
