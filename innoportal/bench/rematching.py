"""`python -m innoportal.bench.rematching --wishes 1000 --solutions 10000`: a rematch of all, and of one edit.

Fills a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-rematch`) so that about as many are public,
rematches everything in one process, and then edits things while a Celery worker runs as `make run` starts it.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from innoportal.bench.__main__ import run, settle

if TYPE_CHECKING:
    from matching.engine import Prepared, Snapshot

OPEN, LISTED = 0.79, 0.92  # shares of what `filling` makes that can be matched
PATIENCE = 120  # seconds for which an edit is waited for


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.rematching", description=__doc__)
    parser.add_argument("--wishes", type=int, default=1000)
    parser.add_argument("--solutions", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="leave out the two runs of everything")
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-rematch"))
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        if not (data / "rematch.json").exists():
            run("innoportal.prepare")
            size = [str(round(asked.wishes / OPEN)), str(round(asked.solutions / LISTED))]
            run("innoportal.bench.filling", "--wishes", size[0], "--solutions", size[1], "--matches", "1")
            (data / "rematch.json").write_text(json.dumps(vars(asked)))
        import django

        django.setup()
        found = {"load": os.getloadavg()[0], **computing(), **({} if asked.quick else whole())}
        with worker():
            found |= edits(asked.edits)
    print(json.dumps(found, indent=1))  # noqa: T201


def computing() -> dict[str, Any]:
    """Both searches for all, without a database, from records that are in memory."""
    from django.conf import settings

    from matching.models import Profile
    from matching.records import unpack
    from matching.services import shelf
    from matching.services.rematching import KEPT_FOR_SOLUTION
    from wishes.models import Wish

    snapshot = shelf.current(max_age=0)
    wishes = Profile.objects.filter(wish__status__in=Wish.OPEN_TO_OFFERS, is_public=True)
    asked = {
        "wish": [unpack(row.record) for row in wishes],
        "solution": [unpack(row.record) for row in Profile.objects.filter(side="solution", is_public=True)],
    }
    among = {one.key for one in asked["wish"]}
    began, used = time.perf_counter(), time.process_time()
    snapshot.search_many(asked["wish"], "solution", settings.MATCHING_CANDIDATES)
    half, halfway = time.perf_counter(), time.process_time()
    snapshot.search_many(asked["solution"], "wish", KEPT_FOR_SOLUTION, among, told=False)
    searched, then = time.perf_counter(), time.process_time()
    told = columns(snapshot, asked["wish"], [one.key for one in asked["solution"]])
    return {
        "wishes": len(asked["wish"]),
        "solutions": len(asked["solution"]),
        "search for wishes, s": round(half - began, 2),
        "search for solutions, s": round(searched - half, 2),
        "search for wishes, CPU s": round(halfway - used, 2),
        "search for solutions, CPU s": round(then - halfway, 2),
        "solutions from the wishes' searches, CPU s": round(time.process_time() - then, 2),
        "pairs that these tell of": told,
    }


def columns(snapshot: "Snapshot", wishes: Sequence["Prepared"], solutions: list[str]) -> int:
    """The best wishes of each solution as a rematch of everything finds them; how many pairs are measured."""
    from matching.services.rematching import KEPT_FOR_SOLUTION
    from matching.services.runs import SOLUTIONS

    told = 0
    for start in range(0, len(solutions), SOLUTIONS):
        if own := snapshot.columns(wishes, "solution", set(solutions[start : start + SOLUTIONS])):
            best = own.best(KEPT_FOR_SOLUTION)
            told += len(own.told((wish, key) for key, some in best.items() for wish in some))
    return told


def whole() -> dict[str, Any]:
    """A run by this process alone: with every row to be written, and with none."""
    from matching import services
    from matching.models import Match

    found: dict[str, Any] = {}
    Match.objects.filter(status=Match.Status.SUGGESTED).delete()
    for name in ("all rows new", "no row changed"):
        began, used = time.perf_counter(), time.process_time()
        with writing() as spent:
            made = services.rematch_all()
        used = time.process_time() - used
        steps = services.progress([made])[made.pk].steps
        found[name] = {
            "s": round(time.perf_counter() - began, 1),
            "CPU s of this process": round(used, 1),
            "of it writing, s": round(spent[0], 1),
            **{f"{step.label}, s": round(step.seconds, 1) for step in steps},
        }
    return found | {"rows": Match.objects.count()}


@contextmanager
def writing() -> Iterator[list[float]]:
    """Seconds spent in what writes: the rows of matches, their places, and up to where all was matched."""
    from matching.services import rematching
    from matching.services.writing import Writer

    spent, places = [0.0], [(Writer, "save"), (rematching, "rank"), (rematching.Work, "_done")]
    before = [(owner, name, getattr(owner, name)) for owner, name in places]

    def timed(inner: Any) -> Any:
        def outer(*given: Any) -> Any:
            began = time.perf_counter()
            try:
                return inner(*given)
            finally:
                spent[0] += time.perf_counter() - began

        return outer

    for owner, name, inner in before:
        setattr(owner, name, timed(inner))
    try:
        yield spent
    finally:
        for owner, name, inner in before:
            setattr(owner, name, inner)


@contextmanager
def worker() -> Iterator[None]:
    """As the portal starts it, and ready: it has matched something already."""
    log = Path(os.environ["INNOPORTAL_DATA"]) / "worker.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "celery", "-A", "innoportal", "worker", "--concurrency", "2"]
        process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603
        try:
            edits(4)
            yield
        finally:
            process.terminate()
            process.wait(30)


def edits(count: int) -> dict[str, Any]:
    """Seconds from the commit of an edit to rows that say so; wishes and solutions by turns."""
    times: dict[str, list[float]] = {"wish": [], "solution": []}
    for number in range(count):
        side = ("wish", "solution")[number % 2]
        times[side].append(edit(side, number))
    return {
        f"edit of a {side}, s": {"median": round(median(own), 2), "longest": round(max(own), 2)}
        for side, own in times.items()
        if own
    }


def edit(side: str, number: int) -> float:
    """:raises SystemExit: no worker has matched it."""
    from django.db import transaction
    from django.db.models import F
    from django.utils import timezone

    from journal.workflow import record
    from matching.models import Match, Profile
    from solutions.models import Solution
    from wishes.models import Wish

    model: Any = Wish if side == "wish" else Solution
    rows = model.objects.open() if side == "wish" else model.objects.public()
    thing = rows.order_by("pk")[number * 7]
    body = "need_en" if side == "wish" else "summary_en"
    with transaction.atomic():
        setattr(thing, body, f"{getattr(thing, body)} Edit {time.time_ns()}.")
        thing.updated_at = timezone.now()
        thing.save(update_fields=[body, "updated_at"])
        record(thing, "edit", by=None)
    began = time.perf_counter()
    seen = Profile.objects.filter(**{side: thing}, seen_at=F(f"{side}__updated_at"))
    while not seen.exists():
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"The edit of {thing} was not matched within {PATIENCE} s.")
        time.sleep(0.005)
    took = time.perf_counter() - began
    if not Match.objects.filter(**{side: thing}, computed_at__gte=thing.updated_at).exists():
        print(f"No figure of {thing} has changed.", file=sys.stderr)  # noqa: T201
    return took


if __name__ == "__main__":
    main()
