"""`python -m innoportal.bench.holding [--seconds 600] [--json FILE]`: pages under load for ten minutes.

The portal of `make bench` (INNOPORTAL_DATA, else `.data/bench`) answers eight clients that ask for lists, a
wish, a search and the API, one page a round. Told of each page: answers a second, failures, 95th percentile;
and the memory of the web server after each round, from which a leak would be seen.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from statistics import linear_regression
from typing import Any

import psutil

from innoportal.bench.__main__ import fill, settle
from innoportal.bench.load import Figures, load

ROUND = 15  # seconds of one page
ASKED = ("wishes, page 1", "solutions, page 1", "search, English", "a wish", "API: wishes")
WARM = 5  # rounds after which every page has been asked by every process
SIZE = {"wishes": 5000, "solutions": 20000, "matches": 10}


@dataclass(frozen=True)
class Round:
    page: str
    at: float  # seconds since the start
    memory: float  # MB of the web server: its own pages, and its share of those it has with others
    figures: Figures


def hold(web: Any, seconds: float) -> list[Round]:
    from innoportal.bench.pages import pages

    paths = {page.name: page.path for page in pages()}
    began, rounds = time.monotonic(), []
    for name in cycle(ASKED):
        figures = load(web.address + paths[name], min(ROUND, seconds))
        at = time.monotonic() - began
        rounds.append(Round(name, round(at, 1), round(memory(web.roots["web"]), 1), figures))
        if at >= seconds:
            return rounds
    raise AssertionError


def memory(root: psutil.Process) -> float:
    whole = 0.0
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            whole += process.memory_full_info().pss / 2**20
    return whole


def told(rounds: list[Round]) -> dict[str, Any]:
    """By page what it bore, and how memory went once all was warm."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(one.page for one in rounds):
        own = [one.figures for one in rounds if one.page == name]
        found[name] = {
            "rounds": len(own),
            "answers": sum(one.requests for one in own),
            "failed": sum(one.failed for one in own),
            "a second, least": min(one.rps for one in own),
            "p95 ms, most": max(one.p95 for one in own),
        }
    warm = rounds[min(WARM, len(rounds) - 1) :]
    line = (
        linear_regression([one.at for one in warm], [one.memory for one in warm]) if len(warm) > 1 else None
    )
    return {
        "seconds": rounds[-1].at,
        "pages": found,
        "MB when warm": warm[0].memory,
        "MB at the end": rounds[-1].memory,
        "MB an hour": round(line.slope * 3600, 1) if line else None,
        "rounds": [asdict(one) for one in rounds],
    }


@contextmanager
def as_in_service() -> Iterator[tuple[dict[str, Any], Any]]:
    """The portal of `make bench`, filled and served: the machine before, and the web server."""
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        fill(data, argparse.Namespace(**SIZE))
        import django

        django.setup()
        from innoportal.bench.serving import machine, serving

        here = machine()
        with serving(data) as web:
            yield here, web


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.holding", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with as_in_service() as (here, web):
        found = {"machine": here, **told(hold(web, asked.seconds))}
    text = json.dumps(found, ensure_ascii=False)
    if asked.json:
        asked.json.write_text(text)
    print(json.dumps({name: own for name, own in found.items() if name != "rounds"}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
