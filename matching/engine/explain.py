"""Why two texts belong together: shared words, concepts and sentences, with their exact places."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from matching.engine import means, text
from matching.engine.dense import Embedder
from matching.engine.glossary import Glossary, shipped
from matching.engine.items import Item
from matching.engine.reading import Reading, Span, rarity, read, written

TERMS = 24
# What the share of words adds to the cosine where both sentences are of one script. `bench.sentences`
# chooses it for each set on the others.
WORDS = 0.4


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
    glossary = glossary or shipped()
    asked, offered = read(wish, glossary), read(solution, glossary)
    return Explanation(
        shared_terms(asked, offered),
        shared_concepts(asked, offered),
        best_sentences(asked, offered, embedder) if embedder else None,
    )


def shared_terms(wish: Reading, solution: Reading) -> tuple[Term, ...]:
    """Words of both, the longest first; bigrams of Chinese that follow each other are read as one word."""
    both = wish.words & solution.words
    runs: dict[str, tuple[list[Span], list[Span]]] = {}
    for side, reading in ((0, wish), (1, solution)):
        for span in joined(reading.places(both)):
            name = text.fold(written(reading.item, span)).text.lower()
            key = name if not name.isascii() else text.stem(name)
            runs.setdefault(key, ([], []))[side].append(span)
    terms = [Term(written(wish.item, w[0]), tuple(w), tuple(s)) for w, s in runs.values() if w and s]
    inside = [term for term in terms if len(term.text) > 1]
    return tuple(sorted(inside, key=lambda term: (-len(term.text), term.text))[:TERMS])


def joined(places: Iterable[Span]) -> list[Span]:
    """Places in their order, those that overlap made into one."""
    merged: list[Span] = []
    for span in sorted(places, key=lambda s: (s.passage, s.field, s.start, -s.end)):
        last = merged[-1] if merged else None
        if last and (last.passage, last.field) == (span.passage, span.field) and span.start < last.end:
            merged[-1] = Span(last.passage, last.field, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def shared_concepts(wish: Reading, solution: Reading) -> tuple[SharedConcept, ...]:
    known = wish.glossary.concepts
    return tuple(
        SharedConcept(
            name,
            {lang: known[name].label(lang) for lang in ("en", "zh-Hant", "zh-Hans")},
            tuple(places),
            tuple(solution.concepts[name]),
        )
        for name, places in wish.concepts.items()
        if name in solution.concepts
    )


def best_sentences(wish: Reading, solution: Reading, embedder: Embedder) -> SentencePair | None:
    """The two that are nearest in meaning and, where they are of one script, in their words."""
    asked, offered = wish.sentences, solution.sentences
    if not asked or not offered:
        return None
    likeness = vectors(wish, embedder) @ vectors(solution, embedder).T + WORDS * shares(wish, solution)
    i, j = np.unravel_index(int(likeness.argmax()), likeness.shape)
    one, other = asked[int(i)], offered[int(j)]
    return SentencePair(
        one.span,
        written(wish.item, one.span),
        one.lang,
        other.span,
        written(solution.item, other.span),
        other.lang,
    )


def shares(wish: Reading, solution: Reading) -> Any:
    """How much of a wish's sentence (rows) is in a solution's (columns) by its words; rare ones count more.

    Nought between two scripts: what they share are names, and whether they do depends on who translated.
    """
    asked, offered = wish.sentences, solution.sentences
    worth = rarity(one.words for one in (*asked, *offered))
    found = np.zeros((len(asked), len(offered)))
    scripts = [text.script(other.lang) for other in offered]
    for i, one in enumerate(asked):
        whole, mine = sum(map(worth.__getitem__, one.words)), text.script(one.lang)
        for j, other in enumerate(offered):
            if whole and scripts[j] == mine:
                found[i, j] = sum(map(worth.__getitem__, one.words & other.words)) / whole
    return found


def vectors(reading: Reading, embedder: Embedder) -> Any:
    """Unit vectors of the sentences without what their language has in common, which would else decide."""
    role = reading.item.role
    found = np.array(embedder.encode([one.folded for one in reading.sentences], role))
    for row, one in enumerate(reading.sentences):
        mean = means.default(embedder.name, role, one.lang)
        if mean is not None:
            found[row] -= mean
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
