"""Whether a concept can join a glossary, and what its names would take from others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from matching.engine import text
from matching.engine.glossary import Concept, Glossary, reading

Field = Literal["key", "english", "chinese", "simplified"]
KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")
HAN = re.compile(f"[{text.HAN}]")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a name, or with the concept where `row` is 0."""

    code: Literal["key", "missing", "long", "sign", "script", "short", "words", "twice", "taken", "hidden"]
    field: Field
    row: int = 0  # of the field, from 1
    name: str = ""
    other: str = ""  # id of the concept that has the name


@dataclass(frozen=True, slots=True)
class Nested:
    """A name of one concept within a longer one of another: there it counts too, or it is hidden."""

    outer: str
    outer_concept: str
    inner: str
    inner_concept: str
    counts: bool


def faults(concept: Concept, glossary: Glossary) -> list[Fault]:
    """All that is wrong with a concept of a glossary; names that cannot be read are told first."""
    found = [] if KEY.fullmatch(concept.id) else [Fault("key", "key", name=concept.id)]
    fields: tuple[tuple[Field, tuple[str, ...]], ...] = (
        ("english", concept.english),
        ("chinese", concept.chinese),
        ("simplified", concept.simplified),
    )
    found += [Fault("missing", field) for field, names in fields[:2] if not names]
    for field, names in fields:
        for row, name in enumerate(names, 1):
            if code := unfit(field, name):
                found.append(Fault(code, field, row, name))
    return found or [*repeated(concept), *taken(concept, glossary)] or unseen(concept, glossary)


def unfit(field: Field, name: str) -> Literal["long", "sign", "script", "short", "words"] | None:
    """What is wrong with a name by itself."""
    if len(name) > LONGEST:
        return "long"
    if any(sign in name for sign in "|\t\n\r"):
        return "sign"
    is_chinese = bool(HAN.search(name))
    if is_chinese == (field == "english"):
        return "script"
    if is_chinese:
        return "short" if len(text.fold(name).text) < 2 else None
    return None if reading(name) else "words"


def repeated(concept: Concept) -> Iterator[Fault]:
    """Names that are there twice; two ways of writing one English name are two names."""
    english = [name.lstrip("=").lower() for name in concept.english]
    for row, name in enumerate(english, 1):
        if name in english[: row - 1]:
            yield Fault("twice", "english", row, concept.english[row - 1], concept.id)
    folded = concept.folded
    for place, name in enumerate(folded):
        if name in folded[:place]:
            yield Fault("twice", *chinese_row(concept, place), concept.id)


def chinese_row(concept: Concept, place: int) -> tuple[Field, int, str]:
    """Field, row in it, and name, of a place among `concept.folded`."""
    if place < len(concept.chinese):
        return "chinese", place + 1, concept.chinese[place]
    row = place - len(concept.chinese)
    return "simplified", row + 1, concept.simplified[row]


def taken(concept: Concept, glossary: Glossary) -> Iterator[Fault]:
    """Names that belong to another concept, as a text is read: lifts is lift, 製冷劑 is 制冷剂."""
    for row, (name, read) in enumerate(zip(concept.english, concept.read, strict=True), 1):
        for known, _, other in glossary.english.get(read[0], ()):
            if known == read and other != concept.id:
                yield Fault("taken", "english", row, name, other)
                break
    for place, folded in enumerate(concept.folded):
        for known_folded, other in glossary.chinese.get(folded[:2], ()):
            if known_folded == folded and other != concept.id:
                yield Fault("taken", *chinese_row(concept, place), other)
                break


def unseen(concept: Concept, glossary: Glossary) -> list[Fault]:
    """Names under which the concept would not be found where nothing else is written."""
    found = []
    for field in ("english", "chinese", "simplified"):
        for row, name in enumerate(getattr(concept, field), 1):
            if concept.id not in {m.concept for m in glossary.mentions(name.lstrip("="))}:
                found.append(Fault("hidden", field, row, name))  # type: ignore[arg-type]
    return found


def nested(concept: Concept, glossary: Glossary) -> list[Nested]:
    """Names of the concept within names of others, and of others within its own, as texts are read."""
    found = {*nested_english(concept, glossary), *nested_chinese(concept, glossary)}
    return sorted(found, key=lambda one: (one.counts, one.outer, one.inner, one.inner_concept))


def nested_english(concept: Concept, glossary: Glossary) -> Iterator[Nested]:
    known = [
        (words, other)
        for names in glossary.english.values()
        for words, _, other in names
        if other != concept.id
    ]
    for own in concept.read:
        for words, other in known:
            if len(own) > len(words) and holds(own, words):
                yield Nested(" ".join(own), concept.id, " ".join(words), other, True)
            elif len(words) > len(own) and holds(words, own):
                yield Nested(" ".join(words), other, " ".join(own), concept.id, True)


def holds(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    return any(outer[i : i + len(inner)] == inner for i in range(len(outer) - len(inner) + 1))


def nested_chinese(concept: Concept, glossary: Glossary) -> Iterator[Nested]:
    known = [pair for names in glossary.chinese.values() for pair in names if pair[1] != concept.id]
    for own in concept.folded:
        for name, other in known:
            if name != own and name in own:
                yield Nested(own, concept.id, name, other, at_an_end(own, name))
            elif name != own and own in name:
                yield Nested(name, other, own, concept.id, at_an_end(name, own))


def at_an_end(outer: str, inner: str) -> bool:
    """Where the engine reads a name within another (`Glossary.chinese_mentions`)."""
    return outer.startswith(inner) or outer.endswith(inner)
