"""Rows of a snapshot as plain arrays, that can be written to disk and mapped from it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import text
from matching.engine.coarse import Coarse, middles
from matching.engine.items import Prepared
from matching.engine.lexical import Array, Part, Postings

CODES = {lang: code for code, lang in enumerate(text.LANGUAGES)}
SCRIPTS = np.array([0 if text.script(lang) == "en" else 1 for lang in text.LANGUAGES], np.int8)
POSTINGS = ("terms", "indptr", "rows", "counts", "lengths")


@dataclass(frozen=True)
class Segment:
    """Passages of one role by language and key; `alive` tells those that were not replaced since."""

    keys: tuple[str, ...]
    langs: Array  # codes
    words: Postings
    concepts: Postings
    vectors: Mapping[str, Coarse]
    alive: Array
    crowding: Array  # (rows, scripts that ask), see `crowding`; not a number where not measured yet

    @classmethod
    def build(cls, prepared: Sequence[Prepared]) -> "Segment":
        rows = sorted(
            ((item.key, passage) for item in prepared for passage in item.passages),
            key=lambda row: (CODES[row[1].lang], row[0]),
        )
        langs = np.array([CODES[p.lang] for _, p in rows], np.uint8)
        names = sorted({name for _, passage in rows for name in passage.vectors})
        return cls(
            tuple(key for key, _ in rows),
            langs,
            Postings.build([p.tokens for _, p in rows]),
            Postings.build([p.concepts for _, p in rows]),
            {name: Coarse.of(name, [p.vectors[name] for _, p in rows], langs) for name in names},
            np.ones(len(rows), bool),
            np.full((len(rows), 2), np.nan, np.float32),
        )

    def without(self, keys: set[str]) -> "Segment":
        gone = np.fromiter(map(keys.__contains__, self.keys), bool, len(self.keys))
        return replace(self, alive=self.alive & ~gone)

    def taken(self, rows: Array) -> "Segment":
        """Some rows (ascending) alone."""
        return Segment(
            tuple(self.keys[row] for row in rows.tolist()),
            self.langs[rows],
            self.words.taken(rows),
            self.concepts.taken(rows),
            {name: vectors.taken(rows) for name, vectors in self.vectors.items()},
            self.alive[rows],
            self.crowding[rows],
        )

    def less(self, other: "Segment") -> "Segment":
        """The same rows, alive those that are so here and not there."""
        return replace(self, alive=self.alive & ~other.alive)

    @cached_property
    def scripts(self) -> Array:
        """Of each row; they ascend as languages do."""
        return SCRIPTS[self.langs]

    @cached_property
    def nought(self) -> Array:
        """The one group of all rows, where concepts are counted."""
        return np.zeros(len(self.langs), np.int8)

    @property
    def counted(self) -> tuple[Part, Part]:
        """The living rows as the collection counts them: words by script, concepts all together."""
        return (self.words, self.scripts, self.alive), (self.concepts, self.nought, self.alive)

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
        for name, vectors in self.vectors.items():
            found |= {f"vectors.{name}": vectors.whole, f"steps.{name}": vectors.steps}
        return found

    @classmethod
    def load(cls, folder: Path) -> "Segment":
        meta = json.loads((folder / "meta.json").read_text("utf-8"))

        def mapped(name: str) -> Any:
            return load_mapped(folder / f"{name}.npy")

        langs = np.array(mapped("langs"))
        whole = {name: mapped(f"vectors.{name}") for name in meta["models"]}
        return cls(
            tuple(meta["keys"]),
            langs,
            Postings(*(mapped(f"words.{name}") for name in POSTINGS)),
            Postings(*(mapped(f"concepts.{name}") for name in POSTINGS)),
            {
                name: Coarse(rows, mapped(f"steps.{name}"), langs, middles(name, rows.shape[1]))
                for name, rows in whole.items()
            },
            np.array(mapped("alive")),
            np.array(mapped("crowding")),
        )


def load_mapped(path: Path) -> Array:
    """An array of a file, its pages shared by all processes that read it (an empty file cannot be mapped)."""
    try:
        return np.asarray(np.load(path, mmap_mode="r"))  # a plain array: a memmap costs at each slice
    except ValueError:
        return np.load(path)
