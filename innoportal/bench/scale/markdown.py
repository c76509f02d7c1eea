"""The figures as tables for docs/benchmarks.md."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from innoportal.bench.peers.markdown import table
from innoportal.bench.scale.systems import MOST_RANKED, RANKED, K

Size = Mapping[str, Any]
Sizes = Sequence[Size]
MODELS = {"e5": "E5", "use": "USE", "all": "both"}


def write(found: Mapping[str, Any]) -> str:
    every = found["sizes"]
    heads = titled(every)
    parts = [
        table(["", *heads], collections(every)),
        f"Milliseconds for the best {K}: p50 / p95 by the clock (p50 / p95 of processor time).",
        table(["", *heads], searches(every)),
        table(["ratio of processor time, p50", *heads], ratios(every)),
        table(["seconds by the clock (of processor time)", *heads], changes(every)),
        table(["texts", "processes", "RSS, MB each", "PSS", "USS", "USS since the import"], memory(every)),
        table(["embed one short text", "ms"], embedding(found["embedding"])),
    ]
    if found.get("indexed"):
        parts.append(table(["index of PostgreSQL", *titled(found["indexed"])], indexed(found["indexed"])))
    return "\n\n".join(parts) + "\n"


def titled(every: Sizes) -> list[str]:
    return [f"{one['texts']:,} texts" for one in every]


def row(name: str, every: Sizes, tell: Callable[[Any], str], *path: str) -> list[str]:
    found = [at(one, path) for one in every]
    return [name, *("–" if value is None else tell(value) for value in found)]


def at(one: Size, path: Sequence[str]) -> Any:
    """What is there, or None."""
    found: Any = one
    for name in path:
        found = None if found is None else found.get(name)
    return found


def collections(every: Sizes) -> list[list[str]]:
    names = [name for name in every[0]["grown"] if name != "of them in one text"]
    return [
        *(row(name, every, "{:,}".format, "grown", name) for name in names),
        row("of these in one text", every, "{:.0%}".format, "grown", "of them in one text"),
        row("load of the machine", every, str, "load"),
    ]


def searches(every: Sizes) -> list[list[str]]:
    return [
        row("reading the vectors' bytes", every, times, "limit"),
        row("**engine**, cosines alone", every, times, "search", "scan alone"),
        row("**engine**, search", every, times, "search", "all"),
        *(row(f"**engine**, {name}", every, times, "search", name) for name in filters(every[0])),
        *(row(name, every, times, "peers", name) for name in peers(every)),
    ]


def filters(one: Size) -> list[str]:
    return [name for name in one["search"] if name.startswith("among")]


def peers(every: Sizes) -> list[str]:
    return list(dict.fromkeys(name for one in every for name in one["peers"]))


def ratios(every: Sizes) -> list[list[str]]:
    engine = ("search", "all")
    return [
        ratio("cosines : reading the bytes", every, ("search", "scan alone"), ("limit",)),
        ratio("search : reading the bytes", every, engine, ("limit",)),
        *(
            ratio(f"search : {name}", every, engine, ("peers", name))
            for name in peers(every)
            if name != RANKED  # PostgreSQL's time is not of this process
        ),
        *(ratio(f"{name} : search", every, ("search", name), engine) for name in filters(every[0])),
        row("found of what there is, least of all filters", every, "{:.0%}".format, "least"),
    ]


def ratio(name: str, every: Sizes, path: Sequence[str], other: Sequence[str]) -> list[str]:
    pairs = [(at(one, path), at(one, other)) for one in every]
    return [name, *(f"{a['cpu p50'] / max(b['cpu p50'], 0.01):.2f}" if a and b else "–" for a, b in pairs)]


def changes(every: Sizes) -> list[list[str]]:
    return [
        row("build from arrays", every, seconds, "build"),
        row("save", every, seconds, "save"),
        row("load", every, seconds, "load a snapshot"),
        row("one edit, and the first answer that knows of it", every, seconds, "changes", "1 edited"),
        row("a hundred edits, the same", every, seconds, "changes", "100 edited"),
        row(f"1,000 wishes with {MOST_RANKED:,} solutions", every, seconds, "rematch"),
        *(row(f"build {name}", every, seconds, "peers", name, "build") for name in peers(every)),
        row("snapshot on disk, MB", every, "{:,.0f}".format, "disk MB"),
        row("peak of growing and building, MB", every, "{:,}".format, "peak MB of growing and building"),
    ]


def memory(every: Sizes) -> list[list[str]]:
    return [
        [f"{one['texts']:,}", count, *(f"{held[kind]:.0f}" for kind in ("RSS", "PSS", "USS", "adds"))]
        for one in every
        for count, held in one["memory"].items()
    ]


def indexed(every: Sizes) -> list[list[str]]:
    names = ["all", *(name for name in every[0] if name.startswith("among"))]
    return [
        *(row(f"ms, {name}", every, times, name) for name in names),
        *(row(f"recall@{K}, {name}", every, "{:.3f}".format, name, "recall") for name in names),
        row("found of what there is, least", every, "{:.0%}".format, "least"),
        row("seconds to build", every, seconds, "build"),
        row("MB of tables and graphs", every, "{:,.0f}".format, "MB"),
        row("load of the machine", every, str, "load"),
    ]


def embedding(found: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    return [[MODELS.get(name, name), times(taken)] for name, taken in found.items()]


def times(taken: Mapping[str, float]) -> str:
    return "{p50:.1f} / {p95:.1f} ({cpu p50:.1f} / {cpu p95:.1f})".format(**taken)


def seconds(taken: Mapping[str, float]) -> str:
    return f"{taken['s']:.2f} ({taken['cpu s']:.2f})"
