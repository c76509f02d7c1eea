"""Requests as fast as eight clients can send them, for some seconds: by `hey`, or by threads without it."""

import csv
import http.client
import io
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from statistics import median, quantiles
from urllib.parse import urlsplit

CLIENTS = 8


@dataclass(frozen=True)
class Figures:
    requests: int
    failed: int
    rps: float
    p50: float  # ms
    p95: float


def load(url: str, seconds: float, cookie: str = "") -> Figures:
    headers = {"Accept": "text/html, application/json;q=0.9", "Accept-Encoding": "gzip, deflate, br"}
    headers |= {"Cookie": cookie} if cookie else {}
    send = by_hey if shutil.which("hey") else by_threads
    began = time.monotonic()
    answers = send(url, seconds, headers)
    took = time.monotonic() - began
    times = sorted(one for one, _ in answers) or [0.0, 0.0]
    return Figures(
        requests=len(answers),
        failed=sum(status != 200 for _, status in answers),
        rps=round(len(answers) / took, 1),
        p50=round(median(times) * 1000, 1),
        p95=round(quantiles(times, n=20)[-1] * 1000 if len(times) > 1 else 0, 1),
    )


def by_hey(url: str, seconds: float, headers: dict[str, str]) -> list[tuple[float, int]]:
    command = ["hey", "-z", f"{seconds}s", "-c", str(CLIENTS), "-o", "csv"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    result = subprocess.run([*command, url], capture_output=True, text=True, check=True)  # noqa: S603
    rows = csv.DictReader(io.StringIO(result.stdout))
    return [(float(row["response-time"]), int(row["status-code"])) for row in rows]


def by_threads(url: str, seconds: float, headers: dict[str, str]) -> list[tuple[float, int]]:
    """Its own work is on the same processors, so rates are a little lower than those of hey."""
    found: list[tuple[float, int]] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=ask, args=(urlsplit(url), headers, until, found)) for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def ask(parts, headers: dict[str, str], until: float, found: list[tuple[float, int]]) -> None:
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    while time.monotonic() < until:
        began = time.monotonic()
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        found.append((time.monotonic() - began, response.status))
    connection.close()
