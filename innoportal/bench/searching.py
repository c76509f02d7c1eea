"""`python -m innoportal.bench.searching DIR --json FILE`: in which order a search names what it found.

DIR holds sets in the format of `evaluate_matching`; the id of a text in several languages is `item__version`.
A set is searched as it is, each text in every language, and with one language of each, seven of ten English
and two Traditional Chinese: most things of a portal are written once. Asked are the wishes as they are, and
the one or two English words of each that the fewest texts hold, as people type them. Reported is nDCG@10 of
the hundred texts that stand out most, by how far they stand out in their own language (`fused`), by how alike
they are (`likeness`), and by both (`nearness`, which is what the portal does).
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matching.engine import Hit, Item, Passage, Prepared, Snapshot, likeness, linked, nearness, prepare
from matching.engine.dense import Cached, load_embedders
from matching.engine.evaluate import cache_folder
from matching.engine.linked import LinkedSet
from matching.engine.metrics import ndcg

SHARES = (("en", 0.7), ("zh-Hant", 0.9), ("zh-Hans", 1.0))  # up to which draw a text is kept in a language
ASKED = 400  # wishes of a set
WORD = re.compile(r"[a-z][a-z-]{3,}")
ORDERS: dict[str, Callable[[Hit], float]] = {
    "fused": lambda hit: hit.fused,
    "likeness": lambda hit: likeness(hit.signals),
    "nearness": lambda hit: nearness(hit.fused, likeness(hit.signals)),
}


@dataclass(frozen=True)
class Question:
    item: Item
    grades: dict[str, float]


def kept(data: LinkedSet, *, once: bool, chance: random.Random) -> list[Item]:
    """The texts that are searched: all, or each in one language."""
    if not once:
        return list(data.solutions)
    versions: dict[str, dict[str, Item]] = defaultdict(dict)
    for item in data.solutions:
        versions[item.key.rsplit("__", 1)[0]][item.passages[0].lang] = item
    found = []
    for own in versions.values():
        draw = chance.random()
        lang = next(lang for lang, end in SHARES if draw < end)
        found.append(own.get(lang) or next(iter(own.values())))
    return found


def questions(data: LinkedSet, items: Sequence[Item], words: int, chance: random.Random) -> list[Question]:
    """The wishes that the collection answers; of each so many of its rarest words, or all of them for 0."""
    keys, links = {item.key for item in items}, data.links_from("wish")
    found = [
        Question(wish, {key: grade for key, grade in links.get(wish.key, {}).items() if key in keys})
        for wish in data.wishes
    ]
    found = [one for one in found if one.grades]
    if words:
        found = list(_short(found, data, words))
    return chance.sample(found, min(ASKED, len(found)))


def _short(found: Sequence[Question], data: LinkedSet, words: int) -> Iterator[Question]:
    texts = [item.passages[0] for item in data.solutions if item.passages[0].lang == "en"]
    held = Counter(word for text in texts for word in set(WORD.findall(_said(text))))
    for one in found:
        text = one.item.passages[0]
        known = sorted(
            {word for word in WORD.findall(_said(text)) if word in held}, key=lambda w: (held[w], w)
        )
        if text.lang == "en" and known:
            passage = Passage("en", "", " ".join(known[:words]))
            yield Question(Item(one.item.key, "wish", (passage,)), one.grades)


def _said(text: Passage) -> str:
    return f"{text.title} {text.body}".lower()


def measured(snapshot: Snapshot, asked: Sequence[Prepared], found: Sequence[Question]) -> dict[str, float]:
    """nDCG@10 of each order."""
    sums = dict.fromkeys(ORDERS, 0.0)
    for query, one in zip(asked, found, strict=True):
        hits = snapshot.search(query, "solution", 100, crowded=False)
        for name, order in ORDERS.items():
            ranking = [hit.key for hit in sorted(hits, key=order, reverse=True)]
            sums[name] += ndcg(ranking, one.grades, 10)
    return {name: round(total / len(found), 4) for name, total in sums.items()}


def rows(folder: Path) -> Iterator[dict[str, object]]:
    models = [Cached(model, cache_folder()) for model in load_embedders(["e5", "use"])]
    data = linked.read(folder)
    for once in (False, True):
        items = kept(data, once=once, chance=random.Random(0))  # noqa: S311  a sample, not a secret
        solutions = prepare(items, models)
        snapshot = Snapshot.build(solutions)
        for words in (0, 1, 2):
            found = questions(data, items, words, random.Random(0))  # noqa: S311
            if found:
                asked = prepare([one.item for one in found], models)
                said = {"set": folder.name, "once": once, "words": words, "texts": len(items)}
                yield {**said, "asked": len(found), **measured(snapshot, asked, found)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.searching", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--sets", default="", help="names, with commas between; all that have links")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    names = [name for name in asked.sets.split(",") if name]
    folders = [one for one in sorted(asked.folder.iterdir()) if (one / "qrels.tsv").exists()]
    told = [row for folder in folders if not names or folder.name in names for row in rows(folder)]
    for row in told:
        print(" | ".join(str(value) for value in row.values()))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
