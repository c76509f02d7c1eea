"""`python -m innoportal.bench.writing`: how soon the portal says what it holds, to who types or searches.

Fills a portal of its own when it is empty (`INNOPORTAL_DATA`, else `.data/bench-writing`), starts its web
server, and asks as the page of the guided writer does, and as the search box: one request at a time, as a
person types, each with a text that no request has had before. Whole requests over HTTP: form in, page out.
"""

import argparse
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from innoportal.bench.__main__ import fill, settle

if TYPE_CHECKING:
    from innoportal.bench.serving import Serving

SUFFIXES = {"English": "en", "Chinese": "zh"}
TOKEN = "w" * 32  # Django compares the form's with the cookie's
WARM = 10
LENGTHS = {
    "a sentence": 90,
    "a paragraph": 400,
    "two pages": 6000,
}  # letters of English; a third in Chinese


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wishes", type=int, default=10_000)
    parser.add_argument("--solutions", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=100, help="of each length and language")
    parser.add_argument("--matches", type=int, default=3, help="for each public wish, when it is filled")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-writing"))
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        fill(data, asked)
        found = measured(data, asked.requests)
    print(table(HEAD, found["rows"]))  # noqa: T201
    print(table(SEARCHED, found["searches"]))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def measured(data: Path, requests: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.urls import reverse

    from innoportal.bench.serving import machine, serving

    here, asks = (
        machine(),
        {name: reverse(name) for name in ("matching:while-writing", "trials:reports-that-answer")},
    )
    with serving(data) as web:
        typing = Typing(web, *asks.values())
        rows = [
            typing.row(language, length, letters, requests)
            for language in SUFFIXES
            for length, letters in LENGTHS.items()
        ]
        searches = [searched(web, typing, language, requests) for language in SUFFIXES]
    after = [round(one, 1) for one in os.getloadavg()]
    return {"machine": here, "load after": after, "rows": rows, "searches": searches}


def searched(web: "Serving", typing: "Typing", language: str, requests: int) -> dict[str, Any]:
    """Some words of what a department has written, as who looks for something types them."""
    from django.urls import reverse

    asked, path = wanted(SUFFIXES[language]), reverse("search:search")
    for _ in range(WARM):
        typing.send("GET", f"{path}?{urlencode({'q': next(asked)})}")
    began = sum(web.cpu().values())
    times = [typing.send("GET", f"{path}?{urlencode({'q': next(asked)})}")[1] for _ in range(requests)]
    used = 1000 * (sum(web.cpu().values()) - began) / requests
    return {"language": language, "requests": requests, **told("search", times), "CPU ms": round(used, 1)}


def wanted(suffix: str) -> Iterator[str]:
    """Five words of English, ten letters of Chinese, from another place of another text each time."""
    texts = needs(suffix, 400 if suffix == "en" else 130)
    for number, text in enumerate(texts):
        parts = text.split() if suffix == "en" else list(text)
        size, glue = (5, " ") if suffix == "en" else (10, "")
        start = number * 13 % max(1, len(parts) - size)
        yield glue.join(parts[start : start + size])


def told(name: str, times: list[float]) -> dict[str, int]:
    return {f"{name} p50 ms": round(median(times)), f"{name} p95 ms": round(quantiles(times, n=20)[-1])}


class Typing:
    """Somebody who types; at each pause the browser asks the engine, then for reports of what it named."""

    def __init__(self, web: "Serving", engine: str, reports: str) -> None:
        self.web = web
        self.connection = http.client.HTTPConnection(urlsplit(web.address).netloc, timeout=60)
        self.engine, self.reports = engine, reports
        self.number = 0

    def row(self, language: str, length: str, letters: int, requests: int) -> dict[str, Any]:
        suffix = SUFFIXES[language]
        letters = letters if suffix == "en" else letters // 3
        texts = needs(suffix, letters)
        for _ in range(WARM):
            self.ask(suffix, next(texts))
        began = sum(self.web.cpu().values())
        times = [self.ask(suffix, next(texts)) for _ in range(requests)]
        used = 1000 * (sum(self.web.cpu().values()) - began) / requests
        row: dict[str, Any] = {"language": language, "length": length, "requests": requests}
        for name, own in zip(("engine", "reports", "both"), zip(*times, strict=True), strict=True):
            row |= told(name, list(own))
        return {**row, "CPU ms": round(used, 1)}

    def ask(self, suffix: str, text: str) -> tuple[float, float, float]:
        """Milliseconds of both requests, and together.

        :raises SystemExit: the portal does not answer as it should.
        """
        self.number += 1
        half = len(text) * 2 // 3  # need and outcome, as the writer sends both of a draft
        form = {"csrfmiddlewaretoken": TOKEN, f"need_{suffix}": f"{self.number} {text[:half]}"}
        form[f"outcome_{suffix}"] = text[half:]
        body, engine = self.send("POST", self.engine, urlencode(form))
        if "that-answer/?" not in body:
            return engine, 0.0, engine
        query = body.split("that-answer/?", 1)[1].split('"', 1)[0].replace("&amp;", "&")
        _body, reports = self.send("GET", f"{self.reports}?{query}")
        return engine, reports, engine + reports

    def send(self, method: str, path: str, form: str = "") -> tuple[str, float]:
        headers = {"HX-Request": "true", "Cookie": f"csrftoken={TOKEN}", "Referer": "http://127.0.0.1/"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, form, headers)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}.")
        return body, took


def needs(suffix: str, letters: int) -> Iterator[str]:
    """What departments of the portal itself have written, joined until it is long enough, from all over."""
    from wishes.models import Wish

    columns = [f"need_{suffix}", f"outcome_{suffix}"]
    rows = Wish.objects.public().exclude(**{columns[0]: ""}).order_by("published_at").values_list(*columns)
    texts = [" ".join(row) for row in rows[:2000]]
    at = 0
    while True:
        text = ""
        while len(text) < letters:
            text += f" {texts[at * 7919 % len(texts)]}"
            at += 1
        yield text.strip()[:letters]


HEAD = ("language", "length", "requests", "engine", "reports", "both", "CPU ms")
SEARCHED = ("language", "requests", "search", "CPU ms")


def table(head: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    """What is timed as p50 / p95 in ms."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for row in rows:
        cells = [str(row[n]) if n in row else f"{row[f'{n} p50 ms']} / {row[f'{n} p95 ms']}" for n in head]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
