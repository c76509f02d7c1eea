"""Rows of a snapshot as plain arrays, that can be written to disk and mapped from it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import text
from matching.engine.items import Prepared
from matching.engine.lexical import Array, Postings

CODES = {lang: code for code, lang in enumerate(text.LANGUAGES)}
SCRIPTS = np.array([0 if text.script(lang) == "en" else 1 for lang in text.LANGUAGES])
POSTINGS = ("terms", "indptr", "rows", "counts", "lengths")


@dataclass(frozen=True)
class Segment:
    """Passages of one role, in the order of their keys; `alive` tells those that were not replaced since."""

    keys: tuple[str, ...]
    langs: Array  # codes
    words: Postings
    concepts: Postings
    vectors: Mapping[str, Array]  # as the models gave them
    alive: Array
    crowding: Array  # (rows, scripts that ask), see `crowding`; not a number where not measured yet

    @classmethod
    def build(cls, prepared: Sequence[Prepared]) -> "Segment":
        rows = [
            (item.key, passage) for item in sorted(prepared, key=lambda p: p.key) for passage in item.passages
        ]
        names = sorted({name for _, passage in rows for name in passage.vectors})
        return cls(
            tuple(key for key, _ in rows),
            np.array([CODES[p.lang] for _, p in rows], np.uint8),
            Postings.build([p.tokens for _, p in rows]),
            Postings.build([p.concepts for _, p in rows]),
            {name: np.array([p.vectors[name] for _, p in rows], np.float32) for name in names},
            np.ones(len(rows), bool),
            np.full((len(rows), 2), np.nan, np.float32),
        )

    def without(self, keys: set[str]) -> "Segment":
        gone = np.fromiter((key in keys for key in self.keys), bool, len(self.keys))
        return replace(self, alive=self.alive & ~gone)

    @property
    def scripts(self) -> Array:
        return SCRIPTS[self.langs]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        meta = {"keys": self.keys, "models": sorted(self.vectors)}
        (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")
        for name, array in self.arrays().items():
            np.save(folder / f"{name}.npy", array)

    def arrays(self) -> dict[str, Array]:
        found = {"langs": self.langs, "alive": self.alive, "crowding": self.crowding}
        for kind, postings in (("words", self.words), ("concepts", self.concepts)):
            found |= {f"{kind}.{name}": getattr(postings, name) for name in POSTINGS}
        return found | {f"vectors.{name}": array for name, array in self.vectors.items()}

    @classmethod
    def load(cls, folder: Path) -> "Segment":
        meta = json.loads((folder / "meta.json").read_text("utf-8"))

        def mapped(name: str) -> Any:
            return load_mapped(folder / f"{name}.npy")

        return cls(
            tuple(meta["keys"]),
            np.asarray(mapped("langs")),
            Postings(*(mapped(f"words.{name}") for name in POSTINGS)),
            Postings(*(mapped(f"concepts.{name}") for name in POSTINGS)),
            {name: mapped(f"vectors.{name}") for name in meta["models"]},
            np.asarray(mapped("alive")),
            np.asarray(mapped("crowding")),
        )


def load_mapped(path: Path) -> Array:
    """An array of a file, its pages shared by all processes that read it (an empty file cannot be mapped)."""
    try:
        return np.load(path, mmap_mode="r")
    except ValueError:
        return np.load(path)
