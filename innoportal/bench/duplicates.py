"""`python -m innoportal.bench.duplicates DIR --json FILE`: how well duplicates are found.

DIR holds sets in the format of `evaluate_matching`; the id of a text in several languages is `item__version`.
The same item in two languages is a pair to be found, and so is a text with its light paraphrase (sentences in
another order, the last third cut off, or one word of twelve left out) and with the translations of it; every
other pair is one that must not be found. A set is one collection: texts that differ in one word of forty, or
that someone has handed in twice under two numbers, count against precision like any other. Questions of one
line, with no text below, have figures of their own.
"""

import argparse
import json
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from matching.engine import Embedder, Item, Neighbours, Passage, Prepared, Snapshot, linked, prepare
from matching.engine.dense import ROLES, Cached, load_embedders
from matching.engine.duplicates import SAME_SCRIPT, TWO_SCRIPTS
from matching.engine.evaluate import cache_folder
from matching.engine.reading import SENTENCE

SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of the limits, for the points of the curve
TRIED = [round(-1.5 + step / 10, 1) for step in range(41)]  # shifts among which a limit is chosen
FLOOR = min(TRIED)
SMALL = (12, 50, 150)  # items of a collection, of which each fourth is there twice
DRAWS = 10  # of each size from each set
SKIPPED = 0.08  # of the words, in a paraphrase
PIECE = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+|\s+")
PARAPHRASE = "~"


@dataclass(frozen=True)
class Pair:
    """Two texts that were found at the lowest limit."""

    languages: str
    deviations: float  # above the shipped limit
    same_script: bool
    is_true: bool


@dataclass(frozen=True)
class Measured:
    name: str
    texts: int
    true: Counter[tuple[str, bool]]  # (languages, whether of one script) → pairs that should be found
    pairs: tuple[Pair, ...]


def sets(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, list[Item]]]:
    """The wishes and the solutions of each set."""
    for place in sorted(path for path in folder.iterdir() if (path / "qrels.tsv").exists()):
        if names and place.name not in names:
            continue
        data = linked.read(place)
        for role in ROLES:
            plural = "wishes" if role == "wish" else "solutions"
            yield f"{place.name}, {plural}", list(data.items(role))


def item_of(key: str) -> str:
    """What all versions and paraphrases of a text have in common; an id without a version is its own."""
    return key.split(PARAPHRASE)[0].rsplit("__", 1)[0]


def paraphrase(item: Item) -> Item:
    """A light one, the same at each run; a text of less than three sentences loses words."""
    passage, rng = item.passages[0], random.Random(zlib.crc32(item.key.encode()))  # noqa: S311  no secret
    said = [match.group().strip() for match in SENTENCE.finditer(passage.body) if match.group().strip()]
    kind = rng.choice(("order", "cut", "edit")) if len(said) >= 3 else "edit"
    between = " " if passage.lang == "en" else ""
    title = passage.title
    if kind == "order":
        turn = rng.randrange(1, len(said))
        body = between.join(said[turn:] + said[:turn])
    elif kind == "cut":
        body = between.join(said[: max(1, round(len(said) * 2 / 3))])
    else:
        body, title = edited(passage.body, rng), edited(passage.title, rng)
    return Item(f"{item.key}{PARAPHRASE}{kind}", item.role, (Passage(passage.lang, title, body),))


def edited(body: str, rng: random.Random) -> str:
    """Without some of its words; numbers stay."""
    kept = re.compile(r"\s|.*\d")
    return "".join(p for p in PIECE.findall(body) if rng.random() >= SKIPPED or kept.match(p))


def measure(name: str, things: Sequence[Prepared]) -> Measured:
    neighbours = Neighbours(Snapshot.build(things), things[0].role, FLOOR)
    langs = {one.key: one.passages[0].lang for one in things}
    pairs = {}
    for start in range(0, len(things), 128):
        block = things[start : start + 128]
        for one, near in zip(block, neighbours.of(block), strict=True):
            for key, nearness in near.items():
                a, b = sorted((one.key, key))
                is_true = item_of(a) == item_of(b)
                names = languages(langs[a], langs[b])
                pairs[a, b] = Pair(names, nearness.deviations, nearness.same_script, is_true)
    return Measured(name, len(things), true_pairs(things), tuple(pairs[key] for key in sorted(pairs)))


def true_pairs(things: Iterable[Prepared]) -> Counter[tuple[str, bool]]:
    versions: dict[str, list[str]] = {}
    for one in things:
        versions.setdefault(item_of(one.key), []).append(one.passages[0].lang)
    return Counter(
        (languages(a, b), (a == "en") == (b == "en"))
        for langs in versions.values()
        for a, b in combinations(langs, 2)
    )


def languages(a: str, b: str) -> str:
    return " + ".join(sorted((a, b)))


def figures(true: int, pairs: Iterable[Pair], shift: float = 0.0) -> dict[str, Any]:
    """Precision is None where nothing was found, recall where there was nothing to find."""
    found = [pair for pair in pairs if pair.deviations >= shift]
    right = sum(pair.is_true for pair in found)
    precision = right / len(found) if found else None
    recall = right / true if true else None
    return {"to find": true, "found": len(found), "right": right, "precision": precision, "recall": recall}


def whole(one: Measured) -> dict[str, Any]:
    return {"texts": one.texts, **figures(sum(one.true.values()), one.pairs)}


def f1(row: dict[str, Any]) -> float:
    whole = row["to find"] + row["found"]
    return 2 * row["right"] / whole if whole else 0.0


def by_script(one: Measured, same: bool) -> tuple[int, list[Pair]]:
    true = sum(count for (_, script), count in one.true.items() if script == same)
    return true, [pair for pair in one.pairs if pair.same_script == same]


def by_languages(measured: Sequence[Measured]) -> dict[str, Any]:
    names = sorted({name for one in measured for name, _ in one.true})
    true = sum((one.true for one in measured), Counter())
    return {
        name: figures(
            sum(count for (of, _), count in true.items() if of == name),
            [pair for one in measured for pair in one.pairs if pair.languages == name],
        )
        for name in names
    }


def curve(measured: Sequence[Measured]) -> dict[str, Any]:
    true = sum(sum(one.true.values()) for one in measured)
    pairs = [pair for one in measured for pair in one.pairs]
    return {f"{shift:+g}": figures(true, pairs, shift) for shift in SHIFTS}


def held_out(measured: Sequence[Measured]) -> dict[str, Any]:
    """Each set by the limits at which the mean F1 of the sets of other folders is best."""
    found: dict[str, Any] = {}
    for held in measured:
        for same, limit, name in ((True, SAME_SCRIPT, "one script"), (False, TWO_SCRIPTS, "two scripts")):
            others = [by_script(one, same) for one in measured if folder_of(one) != folder_of(held)]
            others = [(true, pairs) for true, pairs in others if true]
            true, pairs = by_script(held, same)
            if true and others:
                shift = max(TRIED, key=lambda s: sum(f1(figures(t, p, s)) for t, p in others))
                row = {"limit": round(limit + shift, 1), **figures(true, pairs, shift)}
                found.setdefault(held.name, {})[name] = row
    return found


def folder_of(one: Measured) -> str:
    return one.name.split(",")[0]


def in_small_collections(prepared: Sequence[list[Prepared]]) -> dict[str, Any]:
    """As on a young portal: few things, each once, but for a fourth of them that is there twice."""
    found = {}
    for size in SMALL:
        drawn = [
            measure("", draw(things, size, random.Random(f"{number} {size} {at}")))  # noqa: S311  no secret
            for number, things in enumerate(prepared)
            for at in range(DRAWS)
        ]
        true = sum(sum(one.true.values()) for one in drawn)
        found[str(size)] = figures(true, [pair for one in drawn for pair in one.pairs])
    return found


def draw(things: Sequence[Prepared], size: int, rng: random.Random) -> list[Prepared]:
    versions: dict[str, list[Prepared]] = {}
    for one in things:
        versions.setdefault(item_of(one.key), []).append(one)
    items = rng.sample(sorted(versions), min(size, len(versions)))
    return [
        one
        for at, item in enumerate(items)
        for one in rng.sample(versions[item], min(len(versions[item]), 2 if at % 4 == 0 else 1))
    ]


def measure_all(folder: Path, names: Sequence[str], embedders: Sequence[Embedder]) -> dict[str, Any]:
    measured, prepared, lines = [], [], []
    for name, items in sets(folder, names):
        things = prepare([*items, *(paraphrase(item) for item in items)], embedders)
        if any(passage.body for item in items for passage in item.passages):
            prepared.append(things)
            measured.append(measure(name, things))
        else:
            lines.append(measure(name, things))
    if not measured:
        raise linked.InputError(f"{folder}: holds no set")
    return {
        "limits": {"one script": SAME_SCRIPT, "two scripts": TWO_SCRIPTS},
        "sets": {one.name: whole(one) for one in measured},
        "of one line": {one.name: whole(one) for one in lines},
        "languages": by_languages(measured),
        "curve": curve(measured),
        "held out": held_out(measured),
        "small collections": in_small_collections(prepared),
    }


def rows(table: dict[str, Any]) -> Iterator[str]:
    for name, row in table.items():
        shares = ["–" if row[k] is None else f"{row[k]:.3f}" for k in ("precision", "recall")]
        yield f"{name:34}{row['to find']:>9}{row['found']:>9}{shares[0]:>11}{shares[1]:>9}"


def report(found: dict[str, Any]) -> str:
    head = f"{'':34}{'to find':>9}{'found':>9}{'precision':>11}{'recall':>9}"
    lines = [head]
    for name in ("sets", "of one line", "languages", "curve", "small collections"):
        lines += ["", name, *rows(found[name])]
    apart = {
        f"{name}, {script} ({row['limit']})": row
        for name, scripts in found["held out"].items()
        for script, row in scripts.items()
    }
    return "\n".join([*lines, "", "each set by the limits of the others", *rows(apart)]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.duplicates", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds one folder for each set")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--only", nargs="*", default=[], metavar="SET", help="folders of DIR (all)")
    parser.add_argument("--embedders", default="e5,use", help="models by name, with commas between (e5,use)")
    asked = parser.parse_args()
    models = [Cached(model, cache_folder()) for model in load_embedders(asked.embedders.split(","))]
    try:
        found = measure_all(asked.folder, asked.only, models)
    except linked.InputError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
