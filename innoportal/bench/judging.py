"""What judging one claim takes for so many readings: `python -m innoportal.bench.judging 1000000 [METHOD]`.

Ten meters that are read each minute, half before and half after; seconds, and the most memory of the process.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count as counted

import numpy as np

from trials.analysis import Columns, Promise, Reading, judge

METERS = 10
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def readings(count: int) -> Iterator[Reading]:
    """In the order of time, as the database gives them."""
    chance = np.random.default_rng(1)
    for number in counted(0, METERS):
        if number >= count:
            return
        phase, level = ("baseline", 100.0) if number < count / 2 else ("trial", 80.0)
        at = FIRST + timedelta(minutes=number // METERS)
        for meter, value in enumerate(chance.normal(level, 5, METERS).tolist()):
            yield Reading(at, f"meter-{meter}", phase, value)


def memory() -> float:
    """MB, the largest so far (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int, method: str = "before_after") -> None:
    before, began = memory(), time.perf_counter()
    promise = Promise(method, "decrease", 15, frozenset({"meter-0"}))
    found = judge(promise, Columns.read(readings(count)))
    seconds = time.perf_counter() - began
    sys.stdout.write(
        f"{method}, {count:,} readings: {found.verdict} in {seconds:.1f} s; "
        f"{memory():.0f} MB at most, {before:.0f} MB of them before the first reading\n"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.judging", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000, help="readings")
    parser.add_argument("method", nargs="?", default="before_after")
    asked = parser.parse_args()
    main(asked.count, asked.method)
