"""`python -m innoportal.bench.explaining DIR`: what it costs to explain the best matches of a wish.

DIR is a set as `evaluate_matching` reads; the versions `item__version` of a text, but for Simplified Chinese,
are made one thing, as in the portal. Each wish is explained with its best solutions, in processor time: with
nothing at hand, so that the model reads every sentence; with the vectors of sentences at hand and every text
read anew; and with both. How many solutions there are costs an explanation nothing.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import Item, Passage, Snapshot, explain, linked, load_embedders, prepare
from matching.engine.dense import Cached, Role
from matching.engine.evaluate import cache_folder
from matching.engine.glossary import shipped
from matching.engine.reading import read
from matching.engine.remembering import Remembering

BEST = 20
WISHES = 60
SIMPLIFIED = "zh-Hans"


def things(data: linked.LinkedSet, role: Role) -> list[Item]:
    """All written languages of a text as one thing."""
    passages: dict[str, list[Passage]] = {}
    for item in data.items(role):
        if item.passages[0].lang != SIMPLIFIED:
            passages.setdefault(item.key.rsplit("__", 1)[0], []).extend(item.passages)
    return [Item(f"{role[0]}:{key}", role, tuple(found)) for key, found in passages.items()]


def best(wishes: Sequence[Item], solutions: Sequence[Item], count: int) -> list[tuple[Item, list[Item]]]:
    """Each wish with the solutions that a search brings."""
    models = [Cached(model, cache_folder()) for model in load_embedders(("use",))]
    prepared = prepare([*wishes, *solutions], models)
    snapshot, of = Snapshot.build(prepared), {item.key: item for item in solutions}
    asked = prepared[: len(wishes)]
    found = snapshot.search_many(asked, "solution", count)
    return [(wish, [of[hit.key] for hit in hits]) for wish, hits in zip(wishes, found, strict=True)]


def measure(pairs: Sequence[tuple[Item, Sequence[Item]]]) -> dict[str, Any]:
    """Milliseconds of processor time for each wish with all its solutions; the model is in memory."""
    reader = Remembering(load_embedders(("use",))[0])
    wish, solutions = pairs[0]
    explain(wish, solutions[0], reader)
    rounds: dict[str, list[float]] = {"nothing at hand": [], "vectors at hand": [], "all at hand": []}
    for wish, solutions in pairs:
        work = everything(wish, solutions, reader)
        reader.seen = {}
        for name, forget in (("nothing at hand", True), ("vectors at hand", True), ("all at hand", False)):
            if forget:
                read.cache_clear()
            rounds[name].append(milliseconds(work))
    items = {item.key: item for wish, solutions in pairs for item in (wish, *solutions)}.values()
    readings = [read(item, shipped()) for item in items]
    return {
        "wishes": len(pairs),
        "solutions for each": len(pairs[0][1]),
        "characters of a thing": round(
            float(np.mean([sum(len(p.whole) for p in i.passages) for i in items]))
        ),
        "sentences of a thing": round(float(np.mean([len(one.sentences) for one in readings])), 1),
        "load": round(os.getloadavg()[0], 1),
        **{name: figures(times) for name, times in rounds.items()},
    }


def everything(wish: Item, solutions: Sequence[Item], reader: Remembering) -> Callable[[], Any]:
    return lambda: [explain(wish, solution, reader) for solution in solutions]


def milliseconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def figures(times: Sequence[float]) -> dict[str, float]:
    return {"p50 ms": round(float(np.median(times)), 1), "p95 ms": round(float(np.percentile(times, 95)), 1)}


def report(found: dict[str, Any]) -> str:
    lines = [f"{name:24}{value:>10}" for name, value in found.items() if not isinstance(value, dict)]
    lines += [
        f"{name:24}{row['p50 ms']:>10} ms (p95 {row['p95 ms']})"
        for name, row in found.items()
        if isinstance(row, dict)
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.explaining", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--best", type=int, default=BEST, help="solutions of each wish that are explained")
    parser.add_argument("--wishes", type=int, default=WISHES)
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    try:
        data = linked.read(asked.folder)
    except linked.InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = measure(best(things(data, "wish")[: asked.wishes], things(data, "solution"), asked.best))
    sys.stdout.write(report(found))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
