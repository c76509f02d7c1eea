"""What a call takes, what reading memory takes, and what processes hold that map the same snapshot."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from matching.engine import Prepared, Snapshot
from matching.engine.lexical import Array

WARM = 5  # calls before the measuring
MB = 1_000_000
Figures = dict[str, float]


def once(call: Callable[[], Any]) -> tuple[Any, Figures]:
    """What it gave; seconds by the clock and of this process' processor time."""
    began, used = time.perf_counter(), time.process_time()
    given = call()
    return given, {
        "s": round(time.perf_counter() - began, 3),
        "cpu s": round(time.process_time() - used, 3),
    }


def each(
    call: Callable[[Any], Any], asked: Sequence[Any], spent: Callable[[], float] = time.process_time
) -> tuple[list[Any], Figures]:
    """What each call gave; milliseconds by the clock, and of processor time `spent`."""
    for one in asked[:WARM]:
        call(one)
    given, clock, used = [], [], []
    for one in asked:
        began, so_far = time.perf_counter(), spent()
        given.append(call(one))
        clock.append((time.perf_counter() - began) * 1000)
        used.append((spent() - so_far) * 1000)
    return given, told(clock, used)


def told(clock: Sequence[float], used: Sequence[float]) -> Figures:
    """Both percentiles of both."""
    return {
        f"{kind}p{at}": round(float(np.percentile(values, at)), 2)
        for kind, values in (("", clock), ("cpu ", used))
        for at in (50, 95)
    }


def reading(arrays: Iterable[Array], times: int = 30) -> Figures:
    """Reading every byte of some arrays once, by the quickest sum there is: no exact scan can take less."""
    whole = [one.reshape(-1).view(np.uint8) for one in arrays]
    words = [one[: len(one) // 8 * 8].view(np.int64) for one in whole]
    _, taken = each(lambda _: [np.add.reduce(one) for one in words], range(times))
    size = sum(one.nbytes for one in words)
    return {**taken, "MB": round(size / MB, 1), "GB/s": round(size / 1e6 / max(taken["cpu p50"], 1e-9), 1)}


def shared(folder: Path, queries: Sequence[Prepared], processes: int) -> dict[str, float]:
    """MB of each of some processes that have mapped a snapshot and searched: mean of those alive together.

    RSS counts shared pages in full, PSS by their share, USS not at all; `adds` is the USS that came after
    the engine had been imported.
    """
    spawning = multiprocessing.get_context("spawn")
    ends, workers = [], []
    for _ in range(processes):
        ours, theirs = spawning.Pipe()
        worker = spawning.Process(target=work, args=(str(folder), list(queries), theirs), daemon=True)
        worker.start()
        ends.append(ours)
        workers.append(worker)
    before = [end.recv() for end in ends]
    held = [psutil.Process(worker.pid).memory_full_info() for worker in workers]
    for end, worker in zip(ends, workers, strict=True):
        end.send(None)
        worker.join()
    return {
        "RSS": mean(one.rss for one in held),
        "PSS": mean(one.pss for one in held),
        "USS": mean(one.uss for one in held),
        "adds": mean(one.uss - start for one, start in zip(held, before, strict=True)),
    }


def work(folder: str, queries: list[Prepared], end: Connection) -> None:
    """A process that searches, tells what it held before, and waits until all have been looked at."""
    before = psutil.Process().memory_full_info().uss
    snapshot = Snapshot.load(folder)
    for query in queries:
        snapshot.search(query, "solution", 100)
    end.send(before)
    end.recv()


def mean(sizes: Iterable[int]) -> float:
    return round(float(np.mean(list(sizes))) / MB, 1)
