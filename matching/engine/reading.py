"""One text as an explanation reads it: its words, concepts and sentences, each with its place."""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from typing import Literal

from matching.engine import text
from matching.engine.glossary import Glossary
from matching.engine.items import Item

Field = Literal["title", "body"]
CLOSING = "」』”’）)"  # what may follow the end of a sentence and belongs to it
# A full stop ends a sentence of Chinese, but not within a title (《看！》); of English, before a space.
SENTENCE = re.compile(
    rf"[^\n]+?(?:[。！？；]+(?!》)[{CLOSING}]*"
    r"|(?<!\b[A-Z])(?<!\b[DMS]r)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)"
    rf"[.!?]+[{CLOSING}\"'\]]*(?=\s|$)|(?=\n)|$)"
)
SENTENCES = 24  # of one text that are compared
SHORTEST = 12  # units of length of what is worth comparing; a Chinese character is three
REMEMBERED = 128  # texts


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text as it was written: item.passages[passage].title or .body [start:end]."""

    passage: int
    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    span: Span
    lang: str
    folded: str  # what the models read of it
    words: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One field of one passage, folded and cut into words once for all that looks at it."""

    passage: int
    field: Field
    folded: text.Folded
    tokens: tuple[text.Token, ...]  # with their places in the folded text

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the folded text stands as it was written."""
        return Span(self.passage, self.field, *self.folded.span(start, end))

    def stretch(self, span: Span) -> tuple[int, int]:
        """Where a stretch of the text as it was written stands in the folded one."""
        places = self.folded.places
        if places is None:
            return span.start, span.end
        return tuple(bisect_left(places, edge, key=START) for edge in (span.start, span.end))  # type: ignore[return-value]


START = itemgetter(0)


@dataclass(frozen=True, eq=False)
class Reading:
    item: Item
    glossary: Glossary

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        found = []
        for number, field, body in fields(self.item):
            folded = text.fold(body)
            found.append(Part(number, field, folded, tuple(text.folded_tokens(folded.text))))
        return tuple(found)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(token.text for part in self.parts for token in part.tokens)

    def places(self, words: Set[str]) -> set[Span]:
        """Where any of these words stands."""
        return {
            part.span(token.start, token.end)
            for part in self.parts
            for token in part.tokens
            if token.text in words
        }

    @cached_property
    def concepts(self) -> Mapping[str, Sequence[Span]]:
        """Where each concept of the glossary is named."""
        found: dict[str, list[Span]] = {}
        for part in self.parts:
            for find in (self.glossary.english_mentions, self.glossary.chinese_mentions):
                for mention in find(part.folded.text):
                    found.setdefault(mention.concept, []).append(part.span(mention.start, mention.end))
        return found

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        parts = {(part.passage, part.field): part for part in self.parts}
        return tuple(self.sentence(span, parts[span.passage, span.field]) for span in sentences(self.item))

    def sentence(self, span: Span, part: Part) -> Sentence:
        start, end = part.stretch(span)
        first = bisect_left(part.tokens, start, key=attrgetter("start"))
        last = bisect_left(part.tokens, end, key=attrgetter("start"))
        words = frozenset(token.text for token in part.tokens[first:last])
        lang = self.item.passages[span.passage].lang
        return Sentence(span, lang, part.folded.text[start:end], words)


@lru_cache(maxsize=REMEMBERED)
def read(item: Item, glossary: Glossary) -> Reading:
    """A wish meets many solutions, and is read once for all of them."""
    return Reading(item, glossary)


def fields(item: Item) -> Iterator[tuple[int, Field, str]]:
    for number, passage in enumerate(item.passages):
        yield number, "title", passage.title
        yield number, "body", passage.body


def written(item: Item, span: Span) -> str:
    passage = item.passages[span.passage]
    return (passage.title if span.field == "title" else passage.body)[span.start : span.end]


def sentences(item: Item, most: int | None = SENTENCES) -> list[Span]:
    """The first sentences that are long enough to say something; a title is one."""
    found: list[Span] = []
    for number, field, body in fields(item):
        for match in SENTENCE.finditer(body):
            said = match.group()
            start = match.start() + len(said) - len(said.lstrip())
            said = said.strip()
            if len(said) >= SHORTEST or length(said) >= SHORTEST:
                found.append(Span(number, field, start, start + len(said)))
                if len(found) == most:
                    return found
    return found


def length(said: str) -> int:
    return len(said) + 2 * sum(char >= "\u2e80" for char in said)


def rarity(readings: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """What a word tells among these sentences: the fewer hold it, the more."""
    held = list(readings)
    counts = Counter(word for one in held for word in one)
    return {word: math.log(1 + len(held) / count) for word, count in counts.items()}
