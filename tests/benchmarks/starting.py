"""How long the portal takes to start and stop, and how much memory it has, by `make bench`.

The first start here has its packages already; docs/benchmarks.md tells how the installation is measured.
"""

import json
import os
import statistics
import time

from tests.portal import Portal, directory

RUNS = 3


def main() -> None:
    os.environ.setdefault("SECRET_KEY", "for this measurement only")
    portal = Portal(directory("bench"), DEBUG="false", HTTPS="false")
    try:
        first = seconds(portal)
        portal.stop()
        starts, stops, memory = [], [], []
        for _ in range(RUNS):
            starts.append(seconds(portal))
            time.sleep(5)  # the worker's pool is made after the first answer
            memory.append(portal.memory() / 1e6)
            stops.append(portal.stop())
    finally:
        portal.remove()
    figures = {"first start (s)": first, "start (s)": starts, "stop (s)": stops, "memory (MB)": memory}
    median = {
        name: statistics.median(value) if isinstance(value, list) else value
        for name, value in figures.items()
    }
    print(json.dumps({"starting": {name: round(value, 1) for name, value in median.items()}}))  # noqa: T201


def seconds(portal: Portal) -> float:
    began = time.monotonic()
    portal.start().until("is ready at", 600)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
