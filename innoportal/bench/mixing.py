"""Texts that no two things share: one source tells most of it, another lends a sentence and its place."""

import random
from dataclasses import dataclass

from innoportal.bench.sources import FIELDS, Source, parts

COUNTED = {
    "en": "It concerns {n} places, of which {m} are urgent.",
    "zh": "涉及{n}處，其中{m}處較為緊急。",
}


@dataclass(frozen=True)
class Mixed:
    """`first` and `second` are places in the list of sources."""

    first: int
    second: int
    columns: dict[str, str]
    topics: tuple[str, ...]


def mix(sources: list[Source], number: int, chance: random.Random) -> Mixed:
    first = number % len(sources)
    second = chance.randrange(len(sources))
    main, other = sources[first], sources[second]
    columns: dict[str, str] = {}
    for suffix in main.suffixes:
        columns |= told(main, other, suffix, number, chance)
    topics = dict.fromkeys([*main.topics, *other.topics[: number % 2]])
    return Mixed(first, second, columns, tuple(topics))


def told(main: Source, other: Source, suffix: str, number: int, chance: random.Random) -> dict[str, str]:
    between = " " if suffix == "en" else ""
    names = FIELDS[main.side]
    columns = {f"{name}_{suffix}": main.field(name, suffix) for name in names}
    lent = parts(other.field(names[0], suffix))
    counted = COUNTED[suffix].format(n=chance.randint(3, 900), m=chance.randint(1, 9))
    said = [columns[f"{names[0]}_{suffix}"], chance.choice(lent) if lent else "", counted]
    columns[f"{names[0]}_{suffix}"] = between.join(filter(None, said))
    title = main.field("title", suffix)[:150]
    place = f"site {number}" if suffix == "en" else f"第{number}號地點"
    columns[f"title_{suffix}"] = f"{title} ({place})" if suffix == "en" else f"{title}（{place}）"
    return columns
