"""The real texts that collections are grown from, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matching.engine import dense, linked
from matching.engine.dense import Embedder, Role
from matching.engine.items import Item, Prepared, prepare
from matching.engine.lexical import Array, term_id
from matching.engine.segments import CODES

FILES: Mapping[Role, str] = {"wish": "wishes.jsonl", "solution": "solutions.jsonl"}


@dataclass(frozen=True)
class Bags:
    """Terms of each text, as often as they are there: `terms[ends[i - 1]:ends[i]]`."""

    terms: Array  # uint64
    ends: Array  # int64

    @classmethod
    def of(cls, bags: Sequence[Sequence[str]]) -> "Bags":
        ids = {word: term_id(word) for bag in bags for word in bag}
        terms = np.array([ids[word] for bag in bags for word in bag], np.uint64)
        return cls(terms, np.cumsum([len(bag) for bag in bags], dtype=np.int64))

    @property
    def sizes(self) -> Array:
        return np.diff(self.ends, prepend=0)

    @property
    def starts(self) -> Array:
        return self.ends - self.sizes


@dataclass(frozen=True)
class Sources:
    """Real texts of a role."""

    langs: Array  # codes
    words: Bags
    concepts: Bags
    vectors: Mapping[str, Array]  # model → (texts, numbers)

    @classmethod
    def of(cls, prepared: Sequence[Prepared]) -> "Sources":
        passages = [passage for one in prepared for passage in one.passages]
        return cls(
            np.array([CODES[p.lang] for p in passages], np.uint8),
            Bags.of([p.tokens for p in passages]),
            Bags.of([p.concepts for p in passages]),
            {name: np.array([p.vectors[name] for p in passages]) for name in passages[0].vectors},
        )


def read(folders: Sequence[Path], embedders: Sequence[Embedder]) -> dict[Role, list[Prepared]]:
    """What is in the files of these folders, a thing in two of them told apart by the folder's name.

    :raises linked.InputError: a file is broken, or no folder holds texts of a role.
    """
    found: dict[Role, list[Prepared]] = {}
    for role in dense.ROLES:
        items = [
            Item(f"{folder.name}/{item.key}", role, item.passages)
            for folder in folders
            if (folder / FILES[role]).exists()
            for item in linked.items(folder / FILES[role], role)
        ]
        if not items:
            raise linked.InputError(f"no folder holds {FILES[role]}")
        found[role] = prepare(items, embedders)
    return found


def titles(folders: Sequence[Path], count: int) -> list[str]:
    """Short texts as people type them."""
    items = [
        item
        for folder in folders
        if (folder / FILES["wish"]).exists()
        for item in linked.items(folder / FILES["wish"], "wish")
    ]
    named = [passage.title or passage.body for item in items for passage in item.passages]
    return named[:: max(1, len(named) // count)][:count]
