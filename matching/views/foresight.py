"""What a change of the glossary would do, as a page shows it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import SIMPLIFIED, simplified
from innoportal.lib.templatetags.portal_ui import highlight, percent
from matching import term_words
from matching.engine.glossary import Concept, Glossary, Mention
from matching.engine.terms import Nested
from matching.services.foreseeing import SHOWN, Foresight, Move, Named
from matching.views.marking import Span, converted

AROUND = 60  # characters on each side of the first place
NAMES = 12  # names within names that are told of each kind


@dataclass(frozen=True)
class Excerpt:
    html: SafeString
    lang: str


@dataclass(frozen=True)
class Found:
    """A thing that names the concept, with one excerpt of each language version that does."""

    thing: Any
    side: str
    excerpts: list[Excerpt]


@dataclass(frozen=True)
class Moved:
    """A pair with its place and probability, as they are and as they would be; – where it is no match."""

    wish: Any
    solution: Any
    place: tuple[str, str]
    probability: tuple[str, str]

    @classmethod
    def of(cls, move: Move) -> "Moved":
        sides = (move.before, move.after)
        places = [str(side[0]) if side else "–" for side in sides]
        shares = [percent(side[1]) if side else "–" for side in sides]
        return cls(move.wish, move.solution, (places[0], places[1]), (shares[0], shares[1]))


@dataclass(frozen=True)
class Preview:
    foresight: Foresight
    wishes: int
    solutions: int
    english: int  # texts
    chinese: int
    is_all: bool  # every text that may name it was read
    found: list[Found]
    hidden: list[str]  # sentences
    within: list[str]
    lost: list[tuple[str, int]]
    gained: list[tuple[str, int]]
    moves: list[Moved]
    moved: int
    wishes_moved: int

    @classmethod
    def of(cls, foresight: Foresight, before: Glossary, after: Glossary) -> "Preview":
        texts = foresight.texts
        both = before.with_terms(after.concepts.values())
        return cls(
            foresight,
            texts.things["wish"],
            texts.things["solution"],
            texts.languages["en"],
            sum(texts.languages.values()) - texts.languages["en"],
            texts.read == texts.candidates,
            [found(named) for named in texts.named],
            [nested(one, both) for one in foresight.nested if not one.counts][:NAMES],
            [nested(one, both) for one in foresight.nested if one.counts][:NAMES],
            counted(texts.lost, both),
            counted(texts.gained, both),
            [Moved.of(move) for move in foresight.moves[:SHOWN]],
            len(foresight.moves),
            len({move.wish.pk for move in foresight.moves}),
        )


def found(named: Named) -> Found:
    excerpts = []
    for passage, title, body in named.passages:
        text, mentions = (passage.body, body) if body else (passage.title, title)
        excerpts.append(excerpt(text, mentions, passage.lang))
    return Found(named.thing, named.side, excerpts)


def excerpt(text: str, mentions: Iterable[Mention], lang: str) -> Excerpt:
    """The text around the first place, cut between words, with all places in it marked."""
    places = sorted((m.start, m.end) for m in mentions)
    start, end = whole_words(text, *places[0])
    part = text[start:end]
    spans: list[Span] = [(a - start, b - start) for a, b in places if b <= end]
    if lang == "zh-Hant" and get_language() == SIMPLIFIED:
        part, spans = converted(part, spans)
        lang = "zh-Hans"
    opening = "… " if start and text[start - 1] != "\n" else ""
    closing = " …" if end < len(text) and text[end] != "\n" else ""
    shifted = [(a + len(opening), b + len(opening)) for a, b in spans]
    return Excerpt(highlight(f"{opening}{part}{closing}", shifted), lang)


def whole_words(text: str, first: int, last: int) -> Span:
    """AROUND characters on each side of a place, within its line; no word is cut where there are spaces."""
    line = text.rfind("\n", 0, first) + 1
    stop = text.find("\n", last)
    stop = len(text) if stop < 0 else stop
    start, end = max(line, first - AROUND), min(stop, last + AROUND)
    if start > line and text[start - 1] != " " and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    if end < stop and text[end] != " " and (space := text.rfind(" ", last, end)) >= 0:
        end = space
    return start, end


def nested(one: Nested, glossary: Glossary) -> str:
    outer, inner = (glossary.concepts[key] for key in (one.outer_concept, one.inner_concept))
    names = {
        "inner": written(one.inner, inner),
        "inner_concept": term_words.label(inner),
        "outer": written(one.outer, outer),
        "outer_concept": term_words.label(outer),
    }
    if one.counts:
        return _("“%(outer)s” (%(outer_concept)s) also names “%(inner)s” (%(inner_concept)s).") % names
    return _("“%(inner)s” (%(inner_concept)s) is not read within “%(outer)s” (%(outer_concept)s).") % names


def written(folded: str, concept: Concept) -> str:
    """A name as its concept spells it, in the script of the reader; names are compared folded."""
    english = {
        " ".join(read): name.lstrip("=") for name, read in zip(concept.english, concept.read, strict=True)
    }
    both = (*concept.chinese, *concept.simplified)
    name = {**english, **dict(zip(concept.folded, both, strict=True))}.get(folded, folded)
    return simplified(name) if get_language() == SIMPLIFIED else name


def counted(found: Counter[str], glossary: Glossary) -> list[tuple[str, int]]:
    return [(term_words.label(glossary.concepts[key]), count) for key, count in found.most_common(NAMES)]
