"""`python -m innoportal.bench.writing`: how soon the portal says what it holds already, while somebody types.

Fills a portal of its own when it is empty (`INNOPORTAL_DATA`, else `.data/bench-writing`), starts its web
server, and asks as the page of the guided writer does: one request at a time, as a person types, each with a
text that no request has had before. Whole requests over HTTP: form in, page out.
"""

import argparse
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode, urlsplit

from innoportal.bench.__main__ import fill, settle

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
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    asked.matches = 3
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-writing"))
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        fill(data, asked)
        found = measured(data, asked.requests)
    print(table(found["rows"]))  # noqa: T201
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
        typing = Typing(web.address, *asks.values())
        rows = [
            typing.row(language, length, letters, requests)
            for language in ("English", "Chinese")
            for length, letters in LENGTHS.items()
        ]
    return {"machine": here, "load after": [round(one, 1) for one in os.getloadavg()], "rows": rows}


class Typing:
    """Somebody who types; at each pause the browser asks the engine, then for reports of what it named."""

    def __init__(self, address: str, engine: str, reports: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.engine, self.reports = engine, reports
        self.number = 0

    def row(self, language: str, length: str, letters: int, requests: int) -> dict[str, Any]:
        suffix = {"English": "en", "Chinese": "zh"}[language]
        letters = letters if suffix == "en" else letters // 3
        texts = needs(suffix, letters)
        for _ in range(WARM):
            self.ask(suffix, next(texts))
        times = [self.ask(suffix, next(texts)) for _ in range(requests)]
        row: dict[str, Any] = {"language": language, "length": length, "requests": requests}
        for name, own in zip(("engine", "reports", "both"), zip(*times, strict=True), strict=True):
            row |= {f"{name} p50 ms": round(median(own)), f"{name} p95 ms": round(quantiles(own, n=20)[-1])}
        return row

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


HEAD = ("language", "length", "requests", *(f"{n} p50 / p95 ms" for n in ("engine", "reports", "both")))


def table(rows: list[dict[str, Any]]) -> str:
    lines = [f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    for row in rows:
        figures = [f"{row[f'{n} p50 ms']} / {row[f'{n} p95 ms']}" for n in ("engine", "reports", "both")]
        lines.append(f"| {' | '.join([row['language'], row['length'], str(row['requests']), *figures])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
