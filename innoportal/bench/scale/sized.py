"""`python -m innoportal.bench.scale.sized --prepared FILE --size 100000`: one size, as one line of JSON.

A process of its own for each size, so that its peak of memory is that of the size.
"""

import os

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # before numpy: idle threads of BLAS cost a multiple when others work

import argparse
import json
import pickle
import resource
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from innoportal.bench.scale import growing, systems
from innoportal.bench.scale.measuring import MB, each, once, reading, shared
from innoportal.bench.scale.sources import Sources
from matching.engine import Hit, Prepared, Snapshot
from matching.engine.dense import Role
from matching.engine.segments import Segment

SEED = 20_260_101
FILTERS = (0.5, 0.1, 0.02, 0.001)  # shares of all things
REMATCHED, AGAINST = 1000, 10_000  # wishes, and the size at which they are matched with all
WORKERS = (1, 2, 4)
WISHES = 10  # solutions to a wish
FEWEST = 1000  # wishes: as many as crowding asks of each script

Real = Mapping[Role, Sequence[Prepared]]


def measure(real: Real, size: int, asked: int, folder: Path, peers: Sequence[systems.Peer]) -> dict[str, Any]:
    """Every figure of one size; the snapshot is left in `folder`."""
    queries = drawn(real["wish"], asked)
    parts, _ = once(lambda: grown(real, size))
    solutions = parts["solution"]
    found: dict[str, Any] = {"texts": size, "load": round(os.getloadavg()[0], 1), "grown": like(solutions)}
    found |= built(parts, folder)
    snapshot, found["load a snapshot"] = once(lambda: Snapshot.load(folder))
    found["limit"] = reading(vectors.whole for vectors in snapshot.segments["solution"][0].vectors.values())
    found["search"] = searched(snapshot, queries)
    found["changes"] = changed(snapshot, real["solution"], queries[0])
    if size == AGAINST:
        wishes = drawn(real["wish"], REMATCHED)
        _, found["rematch"] = once(lambda: snapshot.search_many(wishes, "solution", systems.K))
    found["least"] = min(taken.get("found", 1.0) for taken in found["search"].values())
    found["memory"] = {str(count): shared(folder, queries[:20], count) for count in WORKERS}
    found["peers"] = {peer.name: beside(peer, solutions, queries) for peer in peers if size <= peer.up_to}
    return found


def drawn(things: Sequence[Prepared], count: int) -> list[Prepared]:
    """Real texts by lot, as many as were asked for; some twice where there are not so many."""
    chance = np.random.default_rng(SEED)
    order = [int(i) for _ in range(count // len(things) + 1) for i in chance.permutation(len(things))]
    return [things[i] for i in order[:count]]


def grown(real: Real, size: int) -> dict[Role, Segment]:
    sizes: dict[Role, int] = {"wish": max(FEWEST, size // WISHES), "solution": size}
    return {role: growing.grow(Sources.of(real[role]), sizes[role], role, SEED) for role in sizes}


def like(segment: Segment) -> dict[str, float]:
    """What tells whether a collection is like a real one."""
    held = np.diff(segment.words.indptr)
    return {
        "things": len(set(segment.keys)),
        "words a text": round(float(segment.words.lengths.mean()), 1),
        "different words": len(segment.words.terms),
        "of them in one text": round(float((held == 1).mean()), 3),
        "postings": len(segment.words.rows),
    }


def built(parts: Mapping[Role, Segment], folder: Path) -> dict[str, Any]:
    snapshot, build = once(lambda: Snapshot.over(parts))
    _, save = once(lambda: snapshot.save(folder))
    return {
        "build": build,
        "save": save,
        "disk MB": round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / MB, 1),
        "peak MB of growing and building": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
        ),
    }


def searched(snapshot: Snapshot, queries: Sequence[Prepared]) -> dict[str, Any]:
    """The search, its scan alone, and narrowed: and how many came at least of what there is."""
    chance = np.random.default_rng(SEED)
    keys = np.array(snapshot.keys("solution"))
    found: dict[str, Any] = {}
    _, found["scan alone"] = each(lambda query: scan(snapshot, query), queries)
    _, found["all"] = each(partial(search, snapshot, None), queries)
    for share in FILTERS:
        among = set(chance.choice(keys, max(1, round(share * len(keys))), replace=False).tolist())
        given, taken = each(partial(search, snapshot, among), queries)
        there = min(systems.K, len(among))
        found[f"among {share:.1%}"] = {**taken, "found": min(map(len, given)) / there}
    return found


def search(snapshot: Snapshot, among: set[str] | None, query: Prepared) -> list[Hit]:
    return snapshot.search(query, "solution", systems.K, among)


def scan(snapshot: Snapshot, query: Prepared) -> None:
    """The cosines that a search needs, and nothing else."""
    (ready,) = snapshot.ready["solution"]
    for model in ready.segment.vectors:
        centres = snapshot.statistics.centres[model, "solution"]
        ready.cosines(model, query.passages[0].vectors[model][None], centres)


def changed(snapshot: Snapshot, real: Sequence[Prepared], query: Prepared) -> dict[str, Any]:
    """From an edit to the first answer that knows of it."""
    keys = snapshot.keys("solution")
    found = {}
    for count in (1, 100):
        things = zip(drawn(real, count), keys[:: len(keys) // count], strict=False)
        edited = [replace(one, key=key) for one, key in things]
        _, found[f"{count} edited"] = once(lambda: search(snapshot.with_changes(edited), None, query))  # noqa: B023
    return found


def beside(peer: systems.Peer, segment: Segment, queries: Sequence[Prepared]) -> dict[str, Any]:
    search, build = once(lambda: peer.build(segment))
    _, taken = each(search, queries)
    return {"build": build, **taken}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--queries", type=int, default=120)
    parser.add_argument("--ts-rank", metavar="URL", help="of a PostgreSQL, for `ts_rank`")
    asked = parser.parse_args()
    real = pickle.loads(asked.prepared.read_bytes())  # noqa: S301  written by the command that started this
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    peers = list(systems.PEERS)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if asked.ts_rank:
            from innoportal.bench.peers.postgres import ts_rank

            ranked = systems.by_postgresql(stack.enter_context(ts_rank(asked.ts_rank)))
            peers.append(systems.Peer(systems.RANKED, systems.MOST_RANKED, ranked))
        sys.stdout.write(json.dumps(measure(real, asked.size, asked.queries, folder, peers)) + "\n")


if __name__ == "__main__":
    main()
