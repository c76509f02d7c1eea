"""How well the engine finds what is known to belong together, by the path that the portal itself searches."""

import argparse
import json
import os
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from matching.engine import dense, lexical, linked, metrics
from matching.engine.dense import Embedder, Role
from matching.engine.items import Prepared, prepare
from matching.engine.linked import InputError, LinkedSet
from matching.engine.segments import Segment
from matching.engine.snapshot import Snapshot
from matching.engine.version import ENGINE_VERSION

DEPTH = 1000
DIRECTIONS: tuple[tuple[Role, Role], ...] = (("wish", "solution"), ("solution", "wish"))
Rankings = Mapping[str, Sequence[tuple[str, float]]]
Table = dict[str, metrics.Figures]  # "en > zh-Hant", "en > all", "all > all"


@dataclass
class Evaluation:
    name: str
    sizes: dict[str, int]
    tables: dict[str, Table] = field(default_factory=dict)  # "wish > solution", "solution > wish"
    baselines: dict[str, Table] = field(default_factory=dict)
    rankings: dict[str, Rankings] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        def plain(tables: dict[str, Table]) -> dict[str, Any]:
            return {d: {pair: f.as_dict() for pair, f in table.items()} for d, table in tables.items()}

        return {
            "engine": ENGINE_VERSION,
            "set": self.name,
            **self.sizes,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "milliseconds": {name: round(value, 2) for name, value in self.milliseconds.items()},
            "directions": plain(self.tables),
            "bm25": plain(self.baselines),
        }


def evaluate(data: LinkedSet, embedders: Sequence[Embedder], *, baselines: bool = False) -> Evaluation:
    """Rank everything for every text that has a link, in both directions, all languages in one pool."""
    sizes = {"wishes": len(data.wishes), "solutions": len(data.solutions)}
    found = Evaluation(data.name, sizes | {"links": sum(map(len, data.links.values()))})
    start = time.perf_counter()
    prepared = prepare((*data.wishes, *data.solutions), embedders)
    found.seconds["prepare"] = time.perf_counter() - start
    start = time.perf_counter()
    snapshot = Snapshot.build(prepared)
    found.seconds["index"] = time.perf_counter() - start
    taken: list[float] = []
    for asks, answers in DIRECTIONS:
        name = f"{asks} > {answers}"
        queries = [p for p in prepared if p.role == asks]
        found.rankings[name] = rankings(snapshot, queries, answers, taken)
        found.tables[name] = tabulate(data, asks, found.rankings[name])
        if baselines:
            found.baselines[name] = tabulate(data, asks, words_alone(prepared, asks, answers))
    found.milliseconds = {
        "p50": float(np.percentile(taken, 50)),
        "p95": float(np.percentile(taken, 95)),
        **time_embedding(data, embedders),
    }
    return found


def rankings(snapshot: Snapshot, queries: Sequence[Prepared], role: Role, taken: list[float]) -> Rankings:
    found = {}
    snapshot.face(role).items  # noqa: B018 - made once a process, not by the first query
    for query in queries:
        start = time.perf_counter()
        hits = snapshot.search(query, role, DEPTH)
        taken.append((time.perf_counter() - start) * 1000)
        found[query.key] = [(hit.key, hit.fused) for hit in hits]
    return found


def words_alone(prepared: Sequence[Prepared], asks: Role, answers: Role) -> Rankings:
    """Plain BM25 on the engine's own tokens."""
    segment = Segment.build([p for p in prepared if p.role == answers])
    counts = lexical.Collection.count([(segment.words, segment.scripts, segment.alive)], 2)
    found = {}
    for query in (p for p in prepared if p.role == asks):
        scores = lexical.scores(segment.words, counts, segment.scripts, [query.passages[0].tokens])[0]
        order = np.argsort(-scores, kind="stable")[:DEPTH]
        found[query.key] = [(segment.keys[row], float(scores[row])) for row in order]
    return found


def tabulate(data: LinkedSet, asks: Role, ranked: Rankings) -> Table:
    """Figures for each pair of languages (the pool narrowed to the second), and for the whole pool."""
    lang = {item.key: item.passages[0].lang for role in dense.ROLES for item in data.items(role)}
    table = {}
    for pair, rows in questions(data, asks).items():
        of = pool_of(pair)
        judged = [
            ([other for other, _ in ranked[key] if of in ("all", lang[other])], grades)
            for key, grades in rows
        ]
        table[pair] = metrics.average(judged)
    return table


def questions(data: LinkedSet, asks: Role) -> dict[str, list[tuple[str, Mapping[str, float]]]]:
    """Who asks in each pair of languages, and the grades of what is linked in the second."""
    answers: Role = "solution" if asks == "wish" else "wish"
    lang = {item.key: item.passages[0].lang for role in (asks, answers) for item in data.items(role)}
    found: dict[str, list[tuple[str, Mapping[str, float]]]] = {}
    languages = sorted({item.passages[0].lang for item in data.items(answers)})
    for key, grades in data.links_from(asks).items():
        for pair in (f"{lang[key]} > all", "all > all"):
            found.setdefault(pair, []).append((key, grades))
        for of in languages:
            inside = {other: grade for other, grade in grades.items() if lang[other] == of}
            if inside:
                found.setdefault(f"{lang[key]} > {of}", []).append((key, inside))
    if len(languages) == 1 and len({lang[key] for key in data.links_from(asks)}) == 1:
        found = {pair: rows for pair, rows in found.items() if "all" not in pair}
    return dict(sorted(found.items()))


def pool_of(pair: str) -> str:
    """The language whose texts answer, or "all"."""
    return pair.split(" > ")[1]


def time_embedding(data: LinkedSet, embedders: Sequence[Embedder]) -> dict[str, float]:
    """Milliseconds to embed one short text with each model itself, past the cache."""
    times = {}
    bodies = [item.passages[0].title or item.passages[0].body for item in data.wishes[:10]]
    for embedder in (getattr(e, "inner", e) for e in embedders):
        embedder.encode(bodies[:1], "wish")
        start = time.perf_counter()
        for body in bodies:
            embedder.encode([body], "wish")
        times[f"embed {embedder.name}"] = (time.perf_counter() - start) * 1000 / len(bodies)
    return times


def write_run(found: Evaluation, out: TextIO) -> None:
    """As TREC reads it; scores fall strictly, since tools break ties in ways of their own."""
    for ranked in found.rankings.values():
        for query, hits in ranked.items():
            last = float("inf")
            for rank, (key, score) in enumerate(hits, 1):
                last = min(round(score, 6), last - 1e-6)
                out.write(f"{query} Q0 {key} {rank} {last:.6f} innoportal-{ENGINE_VERSION}\n")


def report(found: Evaluation) -> str:
    rows = [f"{found.name}: " + ", ".join(f"{n} {noun}" for noun, n in found.sizes.items())]
    for direction, table in found.tables.items():
        rows += ["", f"{direction:<26}{'queries':>8}" + "".join(f"{name:>12}" for name in metrics.NAMES)]
        for pair, figures in table.items():
            rows.append(line(pair, figures))
            if pair in found.baselines.get(direction, {}):
                rows.append(line("  BM25 alone", found.baselines[direction][pair]))
    rows += ["", "seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in found.seconds.items())]
    rows.append(
        "milliseconds: " + ", ".join(f"{name} {value:.1f}" for name, value in found.milliseconds.items())
    )
    return "\n".join(rows)


def line(name: str, figures: metrics.Figures) -> str:
    values = list(figures.as_dict().values())
    return f"{name:<26}{values[0]:>8}" + "".join(f"{value:>12.4f}" for value in values[1:])


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "innoportal" / "vectors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="holds wishes.jsonl, solutions.jsonl, qrels.tsv"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--run", type=Path, metavar="FILE", help="write the TREC run, both directions")
    parser.add_argument("--baselines", action="store_true", help="BM25 alone beside the engine")
    parser.add_argument("--embedders", default="e5,use", help="models by name, with commas between (e5,use)")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="where vectors of texts are kept"
    )


def perform(
    folder: Path, json: Path | None, run: Path | None, baselines: bool, embedders: str, cache: Path | None
) -> str:
    """Evaluate, write the files that were asked for, and return the report.

    :raises InputError: the set, the models or a file to write are not usable; the message is one line.
    """
    data = linked.read(folder)
    try:
        models = dense.load_embedders([name for name in embedders.split(",") if name])
    except KeyError as error:
        raise InputError(f"no embedder is called {error}") from None
    kept = cache or cache_folder()
    try:
        found = evaluate(data, [dense.Cached(m, kept) for m in models], baselines=baselines)
    except (OSError, sqlite3.Error) as error:
        raise InputError(
            f"{kept}: vectors cannot be kept here ({error}); choose a folder with --cache"
        ) from None
    try:
        if json:
            json.write_text(dumps(found), "utf-8")
        if run:
            with run.open("w", encoding="utf-8") as out:
                write_run(found, out)
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from None
    return report(found)


def dumps(found: Evaluation) -> str:
    return json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="evaluate_matching", description=__doc__)
    add_arguments(parser)
    try:
        sys.stdout.write(perform(**vars(parser.parse_args())) + "\n")
    except InputError as error:
        sys.stderr.write(f"evaluate_matching: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
