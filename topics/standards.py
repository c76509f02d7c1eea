"""Which standards of China, Europe and the world say the same; the table is `standards.tsv`. No Django."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EDITION = re.compile(r"\s*[:\-–—]\s*(?:19|20)\d\d(?:\s*\+.*)?$")
GLUED = re.compile(r"^((?:EN )?ISO/IEC|EN ISO|EN IEC|ISO|IEC|EN|GB/T|GB)(\d)")


@dataclass(frozen=True, order=True)
class Like:
    """Another standard, and whether what it asks is the same or was modified."""

    number: str
    is_identical: bool


def normal(name: str) -> str:
    """One writing of a standard's number, without its edition: `gb/t19001-2016` is `GB/T 19001`."""
    said = " ".join(unicodedata.normalize("NFKC", name).upper().split())
    return GLUED.sub(r"\1 \2", EDITION.sub("", said))


@cache
def _pairs() -> tuple[tuple[str, str, bool], ...]:
    text = files("topics").joinpath("standards.tsv").read_text()
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((one, other, relation == "IDT") for one, other, relation, _edition in rows)


@cache
def _neighbours() -> dict[str, tuple[Like, ...]]:
    found: dict[str, list[Like]] = defaultdict(list)
    for one, other, is_identical in _pairs():
        found[one].append(Like(other, is_identical))
        found[other].append(Like(one, is_identical))
    return {number: tuple(likes) for number, likes in found.items()}


@cache
def likes(name: str) -> tuple[Like, ...]:
    """Those like it, by any number of steps; identical only where every step is."""
    start = normal(name)
    found: dict[str, bool] = {start: True}
    waiting = [start]
    while waiting:
        number = waiting.pop()
        for like in _neighbours().get(number, ()):
            is_identical = found[number] and like.is_identical
            if like.number not in found or (is_identical and not found[like.number]):
                found[like.number] = is_identical
                waiting.append(like.number)
    del found[start]
    return tuple(sorted((Like(*one) for one in found.items()), key=lambda one: (not one.is_identical, one)))


def held(names: Iterable[str]) -> frozenset[str]:
    """All that these certificates prove: the same under each of its numbers, nothing that was modified."""
    said = {normal(name) for name in names if name.strip()}
    return frozenset(said | {like.number for name in said for like in likes(name) if like.is_identical})


def asked(names: Iterable[str]) -> frozenset[str]:
    """As `held` writes them; each alone, since one of its equals is enough."""
    return frozenset(normal(name) for name in names if name.strip())
