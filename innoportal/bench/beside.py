"""`python -m innoportal.bench.beside CHECKOUT [--only trials,reports]`: what a page costs there and here.

Both serve the same portal (`INNOPORTAL_DATA`, filled by `python -m innoportal.bench`) and are asked by turns,
so that what else the machine does falls on both alike. CHECKOUT is another working tree of this repository;
both must know the portal's migrations.
"""

import argparse
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from innoportal import embedded, servers
from innoportal.bench.__main__ import settle
from innoportal.bench.load import load
from innoportal.bench.serving import Serving
from innoportal.supervise import PATIENCE, Supervisor

Turn = tuple[float, float]  # ms of processor time for a request, there and here
HEAD = "| page | there, CPU ms | here | here / there | of the turns |\n| --- | --- | --- | --- | --- |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.beside", description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--only", default="", help="pages whose name contains one of these, by commas")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of load, for each turn of each")
    asked = parser.parse_args()
    settle()
    used = servers.wanted(embedded.data_dir())
    with servers.in_use(used):
        roots = {server.name: server.process() for server in used}
        running = {name: process for name, process in roots.items() if process}
        with serving(asked.checkout, running) as there, serving(Path.cwd(), running) as here:
            compare(there, here, asked)


def compare(there: Serving, here: Serving, asked: argparse.Namespace) -> None:
    import django

    django.setup()
    from innoportal.bench.measuring import sign_in
    from innoportal.bench.pages import pages

    for web in (there, here):
        come_to_rest(web)
    say(f"load {os.getloadavg()[0]:.1f}", HEAD)
    names = asked.only.split(",")
    for page in [page for page in pages() if any(name in page.name for name in names)]:
        cookie = sign_in(page.user) if page.user else ""
        turns = []
        for turn in range(asked.turns + 1):
            order = (there, here) if turn % 2 else (here, there)
            costs = {web.address: cost(web, page.path, cookie, asked.seconds) for web in order}
            turns.append((costs[there.address], costs[here.address]))
        say(line(page.name, turns[1:]))  # the first turn only warms
    say(f"load {os.getloadavg()[0]:.1f}")


def come_to_rest(web: Serving) -> None:
    """Wait until its processes have read their models, which they do beside the first requests."""
    used = web.cpu()["web"]
    for _wait in range(PATIENCE):
        time.sleep(2)
        used, before = web.cpu()["web"], used
        if used - before < 0.05:
            return


def cost(web: Serving, path: str, cookie: str, seconds: float) -> float:
    """:raises SystemExit: a request failed."""
    before = sum(web.cpu().values())
    figures = load(web.address + path, seconds, cookie)
    if figures.failed or not figures.requests:
        raise SystemExit(f"{web.address}{path}: {figures.failed} of {figures.requests} requests failed.")
    return (sum(web.cpu().values()) - before) / figures.requests * 1000


def line(name: str, turns: Sequence[Turn]) -> str:
    """The middle of the turns; a ratio is that of one turn, whose halves follow one another."""
    there, here = (median(costs) for costs in zip(*turns, strict=True))
    ratios = sorted(one / other for other, one in turns)
    return (
        f"| {name} | {there:.1f} | {here:.1f} | {median(ratios):.2f} | {ratios[0]:.2f} to {ratios[-1]:.2f} |"
    )


@contextmanager
def serving(checkout: Path, running: dict[str, psutil.Process]) -> Iterator[Serving]:
    """The web server of a working tree, as `make run` starts it there."""
    supervisor = Supervisor(embedded.data_dir(), embedded.free_port())
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    web = subprocess.Popen(  # noqa: S603  our own command
        supervisor.programs()[-1].command,
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while supervisor.status() != 200:
            if web.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"The web server of {checkout} does not answer.")
            time.sleep(0.2)
        address = f"http://{embedded.LOOPBACK}:{supervisor.port}"
        yield Serving(address, {**running, "web": psutil.Process(web.pid)})
    finally:
        web.terminate()
        web.wait(30)


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
