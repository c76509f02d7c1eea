"""`python -m innoportal.bench.retrieving --asked 200` compares the two retrievers on a portal that is filled.

Fill it first (`python -m innoportal.bench.filling`) and make its index (`manage.py index_matching`), in a
data directory of its own (`INNOPORTAL_DATA`). Prints one line of JSON: how many of the hundred best of the
exact answer the index finds, what each search takes, and how large the index is.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

DEPTH = 100
SIDES = (("wish", "solution"), ("solution", "wish"))


def compare(asked: int) -> dict[str, Any]:
    """Figures of both directions, and for a filter that leaves one of fifty."""
    from matching.services import indexed, shelf

    exact, index = shelf.current(max_age=0), indexed.current(max_age=0)
    found: dict[str, Any] = {"index": sizes()}
    for asks, answers in SIDES:
        queries = drawn(asks, asked)
        if not queries:
            continue
        everything = exact.keys(answers)  # type: ignore[arg-type]
        few = set(everything[::50])
        for name, among in (("all", None), ("2 %", few)):
            one, took_one = timed(queries, partial(ask, exact, answers, among))
            other, took_other = timed(queries, partial(ask, index, answers, among))
            found[f"{asks} > {answers}, {name}"] = {
                "texts": len(everything),
                **agreement(one, other),
                "exact": took_one,
                "indexed": took_other,
            }
    return found


def ask(retriever: Any, role: str, among: set[str] | None, query: Any) -> list[Any]:
    hits: list[Any] = retriever.search(query, role, DEPTH, among)
    return hits


def agreement(one: Sequence[Any], other: Sequence[Any]) -> dict[str, float]:
    """The share of the exact answers that the others hold too: on average, at worst, and of the first ten."""
    pairs = list(zip(one, other, strict=True))
    shares = [overlap(a, b) for a, b in pairs]
    first = [overlap(a[:10], b[:10]) for a, b in pairs]
    means: dict[str, Any] = {"recall": np.mean(shares), "least": min(shares), "first ten": np.mean(first)}
    return {name: round(float(share), 4) for name, share in means.items()}


def drawn(side: str, count: int) -> list[Any]:
    from matching.models import Profile
    from matching.services.profiles import prepared

    pks = (
        Profile.objects.filter(side=side, is_public=True).order_by("pk").values_list(f"{side}_id", flat=True)
    )
    every = list(pks)
    return list(prepared(side, every[:: max(1, len(every) // count)][:count]).values())


def timed(queries: Sequence[Any], search: Callable[[Any], Any]) -> tuple[list[Any], dict[str, float]]:
    """Answers, and milliseconds by the clock and of this process alone, after a first one to warm up."""
    search(queries[0])
    answers, clock, own = [], [], []
    for query in queries:
        began, used = time.perf_counter(), time.process_time()
        answers.append(search(query))
        clock.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - used) * 1000)
    p50, p95 = np.percentile(clock, [50, 95])
    return answers, {
        "p50 ms": round(float(p50), 1),
        "p95 ms": round(float(p95), 1),
        "process ms": round(float(np.mean(own)), 1),
    }


def overlap(wanted: Sequence[Any], found: Sequence[Any]) -> float:
    keys = {hit.key for hit in wanted}
    return len(keys & {hit.key for hit in found}) / len(keys) if keys else 1.0


def sizes() -> dict[str, int]:
    """Megabytes of the tables of the index with all that belongs to them, and of its graphs alone."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM matching_indexedpassage),"
            " pg_total_relation_size('matching_indexedpassage') / 1000000,"
            " pg_total_relation_size('matching_termcount') / 1000000,"
            " (SELECT coalesce(sum(pg_relation_size(indexname::regclass)), 0) / 1000000 FROM pg_indexes"
            r" WHERE indexname LIKE 'matching\_near\_%')"
        )
        names = ("passages", "MB of passages", "MB of counts", "MB of graphs")
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=200, help="queries of each side")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(compare(options.asked)) + "\n")


if __name__ == "__main__":
    main()
