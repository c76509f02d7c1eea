"""Electrical and mechanical concepts under their English, Hong Kong and mainland names, so these meet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TypeVar

from matching.engine import text

Entry = TypeVar("Entry", tuple[str, str], tuple[tuple[str, ...], str, str])


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]  # Traditional; Simplified is derived
    simplified: tuple[str, ...] = ()  # further names, which only the mainland has

    def label(self, lang: str) -> str:
        if lang == "en":
            return self.english[0].lstrip("=")
        if lang == "zh-Hans":
            return self.simplified[0] if self.simplified else text.simplified(self.chinese[0])
        return self.chinese[0]

    @property
    def folded(self) -> tuple[str, ...]:
        """The Chinese names of both scripts as they are looked for."""
        return tuple(text.fold(name).text for name in (*self.chinese, *self.simplified))

    @property
    def read(self) -> tuple[tuple[str, ...], ...]:
        """The English names as they are looked for: singulars of simple words."""
        return tuple(reading(name) for name in self.english)


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept and its place in the text as it was written."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Glossary:
    """Concepts, and their names as they are looked for in a text."""

    concepts: Mapping[str, Concept]

    @classmethod
    def of(cls, concepts: Iterable[Concept]) -> "Glossary":
        return cls({concept.id: concept for concept in concepts})

    def with_terms(self, terms: Iterable[Concept]) -> "Glossary":
        """The same with further concepts; one with an id that is there takes its place."""
        new = {term.id: term for term in terms}
        return self.changed([self.concepts[key] for key in new if key in self.concepts], new.values())

    def without(self, name: str) -> "Glossary":
        return self.changed([self.concepts[name]] if name in self.concepts else [], [])

    def changed(self, gone: Iterable[Concept], new: Iterable[Concept]) -> "Glossary":
        """Both indexes are taken over but for what has changed in them."""
        gone, new = list(gone), list(new)
        kept = {one.id for one in gone}
        concepts = {key: one for key, one in self.concepts.items() if key not in kept}
        glossary = Glossary({**concepts, **{one.id: one for one in new}})
        glossary.__dict__["chinese"] = amended(self.chinese, by_characters(gone), by_characters(new))
        glossary.__dict__["english"] = amended(self.english, by_word(gone), by_word(new))
        return glossary

    @cached_property
    def chinese(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """First two characters → (name, concept), the longest name first."""
        return amended({}, {}, by_characters(self.concepts.values()))

    @cached_property
    def english(self) -> Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
        """First word → (words, capitals that must be there or "", concept), the longest first."""
        return amended({}, {}, by_word(self.concepts.values()))

    def mentions(self, original: str) -> list[Mention]:
        """The concepts that a text names, in either script.

        A name within a longer one counts, too: who asks for pumps is answered by a fire pump. Of names that
        only overlap, the first counts.
        """
        folded = text.fold(original)
        found = [*self.english_mentions(folded.text), *self.chinese_mentions(folded.text)]
        return [Mention(m.concept, *folded.span(m.start, m.end)) for m in found]

    def english_mentions(self, folded: str) -> Iterator[Mention]:
        run = words(folded)
        end = 0  # of the name that the others must lie in
        for i, word in enumerate(run):
            for name, exact, concept in self.english.get(word[0], ()):
                here = run[i : i + len(name)]
                if (i >= end or i + len(name) <= end) and tuple(one[0] for one in here) == name:
                    if exact and not capitals(exact, here):
                        continue
                    end = max(end, i + len(name))
                    yield Mention(concept, here[0][2], here[-1][3])

    def chinese_mentions(self, folded: str) -> Iterator[Mention]:
        """A name within another shares its beginning or end: 漏電 is not meant in 洩漏電纜."""
        start = end = 0
        for i in range(len(folded) - 1):
            for name, concept in self.chinese.get(folded[i : i + 2], ()):
                last = i + len(name)
                inside = last <= end and (i == start or last == end)
                if (i >= end or inside) and folded.startswith(name, i):
                    if i >= end:
                        start, end = i, last
                    yield Mention(concept, i, last)


def by_characters(concepts: Iterable[Concept]) -> dict[str, list[tuple[str, str]]]:
    index: dict[str, list[tuple[str, str]]] = {}
    for concept in concepts:
        for folded in dict.fromkeys(concept.folded):
            index.setdefault(folded[:2], []).append((folded, concept.id))
    return index


def by_word(concepts: Iterable[Concept]) -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
    index: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for concept in concepts:
        for name, read in zip(concept.english, concept.read, strict=True):
            exact = name[1:] if name.startswith("=") else ""
            if read:  # a name without a word cannot be found: `terms.faults` tells of it
                index.setdefault(read[0], []).append((read, exact, concept.id))
    return index


def amended(
    index: Mapping[str, tuple[Entry, ...]], gone: Mapping[str, list[Entry]], new: Mapping[str, list[Entry]]
) -> dict[str, tuple[Entry, ...]]:
    """An index of names without some and with others: the longest first, of equals in their order."""
    found = dict(index)
    for head in gone.keys() | new.keys():
        entries = [one for one in found.get(head, ()) if one not in gone.get(head, ())] + new.get(head, [])
        found[head] = tuple(sorted(entries, key=lambda entry: (-len(entry[0]), entry)))
    return {head: entries for head, entries in found.items() if entries}


def of_row(row: str) -> Concept:
    """One line of a file: id, English names and Chinese names, and if there are, names of the mainland.

    :raises ValueError: too few or too many cells.
    """
    name, english, chinese, *more = row.split("\t")
    (mainland,) = more or [""]
    return Concept(
        name,
        tuple(english.split("|")),
        tuple(chinese.split("|")),
        tuple(mainland.split("|") if mainland else ()),
    )


@cache
def shipped() -> Glossary:
    """What comes with the engine."""
    rows = files("matching.engine").joinpath("glossary.tsv").read_text("utf-8").splitlines()
    return Glossary.of(of_row(row) for row in rows if row and not row.startswith("#"))


def concepts() -> Mapping[str, Concept]:
    return shipped().concepts


def mentions(original: str) -> list[Mention]:
    return shipped().mentions(original)


def reading(name: str) -> tuple[str, ...]:
    return tuple(one for one, _, _, _ in words(name.lstrip("=")))


def singular(word: str) -> str:
    """Less than a stem, which would make one of a generator and a generation."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word


def words(folded: str) -> list[tuple[str, str, int, int]]:
    """Simple words of a folded text: (singular, as written, start, end); joints split, so Wi-Fi is two."""
    found = []
    for piece, start, _, is_han in text.pieces(folded):
        if is_han:
            continue
        at = 0
        for part in text.JOINTS.split(piece):
            at = piece.index(part, at)
            if part:
                found.append((singular(part.lower()), part, start + at, start + at + len(part)))
            at += len(part)
    return found


def capitals(exact: str, here: list[tuple[str, str, int, int]]) -> bool:
    """Written as a name (LED, LEDs), not as the word it looks like (led)."""
    parts = text.JOINTS.sub(" ", exact).split()
    return all(word[1].startswith(part) for word, part in zip(here, parts, strict=False))
