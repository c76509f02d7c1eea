"""One table: what every page costs under load, beside a bare view on the same server in the same run."""

import sys
from functools import cache
from typing import Any

from innoportal.bench.load import load
from innoportal.bench.pages import Page, counted, pages
from innoportal.bench.serving import Serving

WARM = 12  # requests before the measuring: each process reads models and templates once


def measure(serving: Serving, seconds: float, only: str = "") -> list[dict[str, Any]]:
    rows = [one(page, serving, seconds) for page in pages() if only in page.name]
    bare = next((row["cpu ms"] for row in rows if row["page"] == "bare view"), None)
    for row in rows:
        row["times bare"] = round(row["cpu ms"] / bare, 1) if bare else None
    return rows


def one(page: Page, serving: Serving, seconds: float) -> dict[str, Any]:
    cookie = sign_in(page.user) if page.user else ""
    for _ in range(WARM):
        serving.fetch(page.path, cookie)
    before = serving.cpu()
    figures = load(serving.address + page.path, seconds, cookie)
    after = serving.cpu()
    per = {name: (after[name] - before[name]) / max(1, figures.requests) * 1000 for name in after}
    whole = sum(per.values())
    row = {
        "page": page.name,
        "path": page.path,
        "rps": figures.rps,
        "p50 ms": figures.p50,
        "p95 ms": figures.p95,
        "cpu ms": round(whole, 2),
        **{f"{name} ms": round(value, 2) for name, value in per.items()},
        "requests": figures.requests,
        "failed": figures.failed,
        **counted(page, sign_in),
        "first load bytes": serving.weight(page.path, cookie),
        "target cpu ms": page.cpu,
        "target sql": page.sql,
    }
    row["kept"] = kept(row)
    print(line(row), file=sys.stderr, flush=True)  # noqa: T201
    return row


def kept(row: dict[str, Any]) -> bool:
    targets = [(row[name], row[f"target {name}"]) for name in ("cpu ms", "sql")]
    return not row["failed"] and all(most is None or value <= most for value, most in targets)


@cache
def sign_in(email: str) -> str:
    """The cookie of a session, as the sign-in page gives it."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email=email), "django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


COLUMNS = (
    *("page", "rps", "p50 / p95 ms", "CPU ms", "web + PostgreSQL + Valkey", "× bare", "SQL"),
    *("HTML kB", "first load kB", "kept"),
)
HEAD = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}"


def line(row: dict[str, Any]) -> str:
    parts = " + ".join(f"{row.get(f'{name} ms', 0):.1f}" for name in ("web", "postgres", "valkey"))
    cells = [
        row["page"],
        f"{row['rps']:.0f}",
        f"{row['p50 ms']:.0f} / {row['p95 ms']:.0f}",
        f"{row['cpu ms']:.1f}",
        parts,
        row.get("times bare") or "",
        row["sql"],
        f"{row['bytes'] / 1000:.1f}",
        f"{row['first load bytes'] / 1000:.0f}",
        "yes" if row["kept"] else "**no**",
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(rows: list[dict[str, Any]]) -> str:
    return "\n".join([HEAD, *map(line, rows)])
