"""What the texts of a full portal are mixed from: the demonstration's own, or a folder of real ones."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from innoportal.demonstration.people import content

SUFFIXES = {"en": "en", "zh-Hant": "zh"}  # language of a line → suffix of the columns
FIELDS = {"wish": ("need", "outcome", "constraints", "site"), "solution": ("summary", "method")}
SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")
MOST = 400  # texts of a folder: the models read the title of each


@dataclass(frozen=True)
class Source:
    """One text: `columns` by name, such as `title_en`; `topics` are slugs."""

    side: str
    columns: dict[str, str]
    topics: tuple[str, ...]

    @cached_property
    def suffixes(self) -> tuple[str, ...]:
        return tuple(suffix for suffix in SUFFIXES.values() if self.columns.get(f"title_{suffix}"))

    def field(self, name: str, suffix: str) -> str:
        return self.columns.get(f"{name}_{suffix}", "")


def demonstration(side: str) -> list[Source]:
    rows = content(side, f"{side}es.toml" if side == "wish" else f"{side}s.toml")
    names = [f"{name}_{suffix}" for name in ("title", *FIELDS[side]) for suffix in SUFFIXES.values()]
    return [
        Source(side, {name: row[name] for name in names if name in row}, tuple(row["topics"])) for row in rows
    ]


def folder(path: Path, side: str, topics: list[str], chance: random.Random) -> list[Source]:
    """The texts in English or Traditional Chinese of `wishes.jsonl` or `solutions.jsonl`.

    :raises SystemExit: the folder has none.
    """
    file = path / ("wishes.jsonl" if side == "wish" else "solutions.jsonl")
    rows = [row for row in lines(file) if row.get("lang") in SUFFIXES and row.get("title")]
    if not rows:
        raise SystemExit(f"{file} holds no text in English or Traditional Chinese.")
    return [
        Source(side, columns(row, side), tuple(chance.sample(topics, 3)))
        for row in chance.sample(rows, min(MOST, len(rows)))
    ]


def lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)


def columns(row: dict[str, Any], side: str) -> dict[str, str]:
    """A running text, cut into the fields of a form at the ends of sentences."""
    suffix, sentences = SUFFIXES[row["lang"]], [one for one in SENTENCE.split(row["text"]) if one]
    names = [name for name in FIELDS[side] if name != "site"]
    between = " " if suffix == "en" else ""
    share = max(1, len(sentences) // len(names))
    cut = {
        name: between.join(sentences[i * share : (i + 1) * share if i + 1 < len(names) else None])[:5000]
        for i, name in enumerate(names)
    }
    return {f"title_{suffix}": row["title"][:150], **{f"{name}_{suffix}": text for name, text in cut.items()}}


@cache
def parts(text: str) -> tuple[str, ...]:
    return tuple(one for one in SENTENCE.split(text) if one)
