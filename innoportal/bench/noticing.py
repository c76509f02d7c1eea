"""`python -m innoportal.bench.noticing DIR --json FILE`: how well saved searches bring what they are for.

DIR holds sets in the format of `evaluate_matching`. What a wish is called (its title, or the first of its
text where it has none) stands for the words of a saved search, each solution for a text that is published,
and what is linked for what should be told. Each text comes alone, as on a portal: the question is not which
is best but whether to tell of this one. A text that nobody linked counts as wrong, so precision is a lower
bound.

How many of the notices are wanted hangs on how much of what is published anyone wants: in these sets one text
of some hundreds. The limits are chosen for one in a hundred (`WANTED`), from what does not hang on it: the
share of the linked that is told of, and the share of the others that is, too.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import Embedder, Item, Passage, Snapshot, linked, prepare
from matching.engine.dense import Cached, load_embedders
from matching.engine.evaluate import cache_folder
from matching.engine.lexical import Array
from matching.engine.watching import ONE_SCRIPT, TWO_SCRIPTS, Watch, Watcher

LONGEST = 120  # characters of a search that has no title
TRIED = [round(step / 100, 2) for step in range(5, 100)]
WANTED = 0.01  # of what is published, for one search
SHARES = ("precision", "recall", "unwanted of 1,000 others", "precision, one in 100 wanted")
SCRIPTS = (("one script", True, ONE_SCRIPT), ("two scripts", False, TWO_SCRIPTS))


@dataclass(frozen=True)
class Measured:
    """Of one set and searches and texts of one script, or of two."""

    texts: int  # for each search
    searches: int
    right: Array  # likeness of what is linked
    wrong: Array  # likeness of all others that is above the lowest limit tried

    def at(self, limit: float) -> dict[str, Any]:
        """Precision is None where nothing is told of."""
        right, wrong = int((self.right >= limit).sum()), int((self.wrong >= limit).sum())
        others = self.searches * self.texts - len(self.right)
        return {
            "searches": self.searches,
            "to tell": len(self.right),
            "told": right + wrong,
            "precision": right / (right + wrong) if right + wrong else None,
            "recall": right / len(self.right),
            "unwanted of 1,000 others": 1000 * wrong / max(others, 1),
            "precision, one in 100 wanted": expected(right / len(self.right), wrong / max(others, 1)),
        }

    def f1(self, limit: float) -> float:
        row = self.at(limit)
        precision, recall = row["precision, one in 100 wanted"] or 0.0, row["recall"]
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def expected(recall: float, unwanted: float) -> float | None:
    told = WANTED * recall + (1 - WANTED) * unwanted
    return WANTED * recall / told if told else None


def measured(data: linked.LinkedSet, embedders: Sequence[Embedder]) -> dict[str, Measured]:
    """By whether search and text are of one script; kinds of which the set has no link are left out."""
    snapshot = Snapshot.build(prepare((*data.wishes, *data.solutions), embedders))
    asking = [wish for wish in data.wishes if wish.key in data.links]
    searches = prepare([search_of(wish) for wish in asking], embedders)
    watcher = Watcher(Watch.of([one.passages[0] for one in searches]), snapshot.statistics)
    found: dict[bool, list[list[Any]]] = {True: [[], []], False: [[], []]}
    sizes = {True: 0, False: 0}
    for text in prepare(data.solutions, embedders):
        noticed = watcher.notice(text)
        meant = np.array([text.key in data.links[wish.key] for wish in asking])
        for same in (True, False):
            of = noticed.same_script == same
            sizes[same] += int(of.sum())
            found[same][0].append(noticed.likeness[of & meant])
            wrong = noticed.likeness[of & ~meant]
            found[same][1].append(wrong[wrong >= TRIED[0]])
    table = {}
    for name, same, _limit in SCRIPTS:
        right, wrong = (np.concatenate(parts) for parts in found[same])
        if len(right):
            table[name] = Measured(round(sizes[same] / len(asking)), len(asking), right, wrong)
    return table


def search_of(wish: Item) -> Item:
    first = wish.passages[0]
    return Item(wish.key, "wish", (Passage(first.lang, "", (first.title or first.body)[:LONGEST]),))


def chosen(rows: Sequence[Measured]) -> float:
    """The limit at which the mean F1 of some sets is best."""
    return max(TRIED, key=lambda limit: sum(one.f1(limit) for one in rows))


def measure_all(folder: Path, names: Sequence[str], embedders: Sequence[Embedder]) -> dict[str, Any]:
    """:raises InputError: a set cannot be read, or there is none."""
    places = sorted(path for path in folder.iterdir() if (path / "qrels.tsv").exists())
    every = {place.name: linked.read(place) for place in places if not names or place.name in names}
    if not every:
        raise linked.InputError(f"{folder}: holds no set")
    tables = {name: measured(data, embedders) for name, data in every.items()}
    found: dict[str, Any] = {"limits": {name: limit for name, _same, limit in SCRIPTS}}
    for name, _same, limit in SCRIPTS:
        of = {place: table[name] for place, table in tables.items() if name in table}
        found[name] = {
            "best for all": chosen(list(of.values())) if of else None,
            "sets": {place: one.at(limit) for place, one in of.items()},
            "held out": {place: apart(place, of) for place in of if len(of) > 1},
            "curve": {f"{step:.2f}": mean_of(of.values(), step) for step in TRIED[::5]},
        }
    return found


def apart(place: str, of: dict[str, Measured]) -> dict[str, Any]:
    """A set by the limit of the others."""
    limit = chosen([one for name, one in of.items() if name != place])
    return {"limit": limit, **of[place].at(limit)}


def mean_of(rows: Any, limit: float) -> dict[str, float | None]:
    """Of the sets, each counting as one."""
    told = [one.at(limit) for one in rows]
    known = {name: [row[name] for row in told if row[name] is not None] for name in SHARES}
    return {name: float(np.mean(values)) if values else None for name, values in known.items()}


def lines(found: dict[str, Any]) -> Iterator[str]:
    heads = ("limit", "precision", "recall", "unwanted", "expected")
    yield f"{'':30}" + "".join(f"{head:>11}" for head in heads)
    for name, _same, limit in SCRIPTS:
        table = found[name]
        yield f"\n{name} (best for all: {table['best for all']})"
        yield from (line(place, limit, row) for place, row in table["sets"].items())
        yield from (line(f"{place}, held out", row["limit"], row) for place, row in table["held out"].items())
        yield from (line("mean", step, row) for step, row in table["curve"].items())


def line(name: str, limit: Any, row: dict[str, Any]) -> str:
    shares = ["–" if row[share] is None else f"{row[share]:.3f}" for share in SHARES]
    return f"{name:30}{limit:>11}" + "".join(f"{share:>11}" for share in shares)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.noticing", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds one folder for each set")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--only", nargs="*", default=[], metavar="SET", help="folders of DIR (all)")
    asked = parser.parse_args()
    models = [Cached(model, cache_folder()) for model in load_embedders()]
    try:
        found = measure_all(asked.folder, asked.only, models)
    except linked.InputError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write("\n".join(lines(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
