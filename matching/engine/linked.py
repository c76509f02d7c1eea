"""Sets of wishes and solutions with the links that are known between them, as files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.engine import text
from matching.engine.dense import Role
from matching.engine.items import Item, Passage

Links = dict[str, dict[str, float]]


class InputError(ValueError):
    """A file that cannot be read as a set; the message is one line that names the file and the place."""


@dataclass(frozen=True)
class LinkedSet:
    name: str
    wishes: tuple[Item, ...]
    solutions: tuple[Item, ...]
    links: Links  # wish → solution → grade

    def items(self, role: Role) -> tuple[Item, ...]:
        return self.wishes if role == "wish" else self.solutions

    def links_from(self, role: Role) -> Links:
        if role == "wish":
            return self.links
        back: Links = {}
        for wish, grades in self.links.items():
            for solution, grade in grades.items():
                back.setdefault(solution, {})[wish] = grade
        return back


def read(folder: Path) -> LinkedSet:
    """:raises InputError: a file is missing, empty or broken, or a link names what is not there."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    wishes = items(folder / "wishes.jsonl", "wish")
    solutions = items(folder / "solutions.jsonl", "solution")
    both = {item.key for item in wishes} & {item.key for item in solutions}
    if both:
        raise InputError(f"{folder}: {min(both)!r} is the id of a wish and of a solution")
    links = read_links(folder / "qrels.tsv", {i.key for i in wishes}, {i.key for i in solutions})
    return LinkedSet(folder.resolve().name, wishes, solutions, links)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        body = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    yield from ((n, line) for n, line in enumerate(body.split("\n"), 1) if line.strip())


def items(path: Path, role: Role) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for n, line in lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}:{n}: not JSON: {error.msg}") from None
        item = as_item(row, role, f"{path}:{n}")
        if item.key in found:
            raise InputError(f"{path}:{n}: id {item.key!r} was there before")
        found[item.key] = item
    if not found:
        raise InputError(f"{path}: holds no line")
    return tuple(found.values())


def as_item(row: Any, role: Role, place: str) -> Item:
    if not isinstance(row, dict):
        raise InputError(f"{place}: not a JSON object")
    key, lang = row.get("id"), row.get("lang")
    title, body = row.get("title") or "", row.get("text") or ""
    if not isinstance(key, str) or not key or any(char.isspace() for char in key):
        raise InputError(f"{place}: id must be text without spaces, not {key!r}")
    if lang not in text.LANGUAGES:
        raise InputError(f"{place}: lang must be one of {', '.join(text.LANGUAGES)}, not {lang!r}")
    if not isinstance(title, str) or not isinstance(body, str):
        raise InputError(f"{place}: title and text must be text")
    return Item(key, role, (Passage(lang, title, body),))


def read_links(path: Path, wishes: set[str], solutions: set[str]) -> Links:
    links: Links = {}
    for n, line in lines(path):
        cells = line.rstrip("\r").split("\t")
        if len(cells) != 3:
            raise InputError(
                f"{path}:{n}: needs wish, solution and grade between tabs, has {len(cells)} cells"
            )
        wish, solution, grade = cells
        for key, known, noun in ((wish, wishes, "wish"), (solution, solutions, "solution")):
            if key not in known:
                raise InputError(f"{path}:{n}: no {noun} has the id {key!r}")
        try:
            value = float(grade)
        except ValueError:
            raise InputError(f"{path}:{n}: the grade {grade!r} is no number") from None
        if value > 0:
            links.setdefault(wish, {})[solution] = value
    if not links:
        raise InputError(f"{path}: links nothing")
    return links
