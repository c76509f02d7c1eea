"""What the engine is told of a thing (Item), and what it keeps of it (Prepared)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matching.engine import text
from matching.engine.dense import ROLES, Embedder, Role, Vectors
from matching.engine.glossary import Glossary, shipped


@dataclass(frozen=True, slots=True)
class Passage:
    """One language version of a thing."""

    lang: str
    title: str
    body: str

    def __post_init__(self) -> None:
        if self.lang not in text.LANGUAGES:
            raise ValueError(f"{self.lang!r} is not one of {', '.join(text.LANGUAGES)}")

    @property
    def whole(self) -> str:
        return "\n".join(part for part in (self.title.strip(), self.body.strip()) if part)


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    role: Role
    passages: tuple[Passage, ...]


@dataclass(frozen=True, eq=False, slots=True)
class PreparedPassage:
    lang: str
    tokens: tuple[str, ...]
    concepts: tuple[str, ...]
    vectors: Mapping[str, Vectors] = field(default_factory=dict)  # as the model gave them, not centred


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    key: str
    role: Role
    passages: tuple[PreparedPassage, ...]


def prepare(
    items: Sequence[Item], embedders: Sequence[Embedder], glossary: Glossary | None = None
) -> list[Prepared]:
    """Words, concepts and vectors of each passage; the models see all passages of a role in one batch.

    The words of a title count twice: it says what the rest is about. Without a glossary, the engine's own.
    """
    glossary = glossary or shipped()
    vectors = embed(items, embedders)
    found = []
    for item in items:
        passages = tuple(
            PreparedPassage(
                p.lang,
                tuple(t.text for part in (p.title, p.title, p.body) for t in text.tokens(part)),
                concepts_of(p, glossary),
                {name: vectors[name, item.key, i] for name in (e.name for e in embedders)},
            )
            for i, p in enumerate(item.passages)
        )
        found.append(Prepared(item.key, item.role, passages))
    return found


def concepts_of(passage: Passage, glossary: Glossary) -> tuple[str, ...]:
    return tuple(m.concept for part in (passage.title, passage.body) for m in glossary.mentions(part))


def with_concepts(known: Prepared, item: Item, glossary: Glossary) -> Prepared:
    """The same with the concepts that another glossary finds; no model is asked.

    :raises ValueError: what is known is of a text with other language versions.
    """
    pairs = zip(known.passages, item.passages, strict=True)
    passages = tuple(replace(one, concepts=concepts_of(passage, glossary)) for one, passage in pairs)
    return replace(known, passages=passages)


def embed(items: Sequence[Item], embedders: Sequence[Embedder]) -> dict[tuple[str, str, int], Vectors]:
    vectors = {}
    for role in ROLES:
        places = [
            (item.key, i, p) for item in items if item.role == role for i, p in enumerate(item.passages)
        ]
        bodies = [text.fold(p.whole).text for _, _, p in places]
        for embedder in embedders if bodies else ():
            for (key, i, _), vector in zip(places, embedder.encode(bodies, role), strict=True):
                vectors[embedder.name, key, i] = vector
    return vectors


def to_record(prepared: Prepared | PreparedPassage) -> dict[str, Any]:
    """As JSON can hold it; a passage alone has the shape of one row of `passages`."""
    if isinstance(prepared, Prepared):
        rows = [to_record(p) for p in prepared.passages]
        return {"key": prepared.key, "role": prepared.role, "passages": rows}
    vectors = {name: np.asarray(vector, np.float32).tolist() for name, vector in prepared.vectors.items()}
    kept = {"lang": prepared.lang, "tokens": list(prepared.tokens), "concepts": list(prepared.concepts)}
    return {**kept, "vectors": vectors}


def from_record(record: Mapping[str, Any]) -> Prepared:
    passages = tuple(passage_from_record(row) for row in record["passages"])
    return Prepared(record["key"], record["role"], passages)


def passage_from_record(record: Mapping[str, Any]) -> PreparedPassage:
    vectors = {name: np.asarray(vector, np.float32) for name, vector in record["vectors"].items()}
    return PreparedPassage(record["lang"], tuple(record["tokens"]), tuple(record["concepts"]), vectors)
