"""The benchmarks that `make bench` leaves out unless it is asked for all, and about how long each takes."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "innoportal.bench."


@dataclass(frozen=True)
class Further:
    """A module that is a command of its own; `reads` says what of the sets it is given."""

    name: str
    measures: str
    takes: str
    arguments: tuple[str, ...] = ()
    reads: str = (
        ""  # folder: that of all sets; sets: those with links at once; each: one by one; texts: all sets
    )
    writes: bool = False  # whether it has --json; else it prints

    def commands(self, sets: Path | None) -> list[list[str]]:
        """What it is called with; nothing where it needs sets and there are none."""
        if self.reads and sets is None:
            return []
        if not self.reads or sets is None:
            return [list(self.arguments)]
        if self.reads == "folder":
            return [[str(sets), *self.arguments]]
        wanted = "**/qrels.tsv" if self.reads in ("sets", "each") else "**/*.jsonl"
        folders = sorted({str(file.parent) for file in sets.glob(wanted)})
        return (
            [[one, *self.arguments] for one in folders]
            if self.reads == "each"
            else [[*folders, *self.arguments]]
        )


FURTHER = (
    Further("holding", "pages under load, and memory", "ten minutes", writes=True),
    Further("painting", "when pages are painted in a browser", "minutes", writes=True),
    Further("sensing", "readings of sensors over HTTP", "minutes"),
    Further("fanning", "one wish and up to 100,000 followers", "minutes"),
    Further("announcing", "one announcement to 20,000 people", "minutes"),
    Further("watching", "one new wish and up to 50,000 saved searches", "minutes"),
    Further("storing", "a trial of a million readings", "minutes"),
    Further("judging", "a claim of a million readings judged", "minutes"),
    Further("faulting", "20,000 notices while their servers are killed", "a quarter of an hour"),
    Further("coverage", "how often the intervals of trials hold the truth", "minutes", writes=True),
    Further("writing", "what is shown while somebody types", "minutes", writes=True),
    Further("rematching", "1,000 wishes and 10,000 solutions matched anew", "a quarter of an hour"),
    Further("searching", "the order of a search", "minutes a set", reads="folder", writes=True),
    Further("noticing", "what saved searches bring", "minutes a set", reads="folder", writes=True),
    Further("duplicates", "duplicates found and missed", "half an hour", reads="folder", writes=True),
    Further("sentences", "the pairs of sentences that are shown", "half an hour", reads="sets", writes=True),
    Further("explaining", "what an explanation costs", "minutes a set", reads="each", writes=True),
    Further(
        "scale", "the index of PostgreSQL", "hours", ("--sizes", "10000", "--indexed", "10000,100000"),
        reads="texts", writes=True,
    ),
)  # fmt: skip
# Commands that are parts of others, or compare with something that has to be named.
BY_HAND = {
    "filling": "fills the portal of `make bench`",
    "scale.sized": "one size of scale",
    "scale.indexed": "one size of scale with the index",
    "peers": "among the rest with DATA",
    "beside": "two checkouts in turns; needs the other one",
    "retrieving": "both retrievers on a portal that was filled and indexed before (`docs/engine.md`)",
}


def listed() -> str:
    width = max(len(one.name) for one in FURTHER)
    lines = [f"  {one.name:{width}}  {one.measures}; {one.takes}" for one in FURTHER]
    return "\n".join(["With all, these run after the rest:", *lines])


def measured(sets: Path | None) -> dict[str, Any]:
    """All, one after the other; one that fails is told, and does not hold up the others."""
    found: dict[str, Any] = {}
    for one in FURTHER:
        for arguments in one.commands(sets):
            found.setdefault(one.name, []).append(run(one, arguments))
    return found


def run(one: Further, arguments: list[str]) -> Any:
    print(f"{one.name}: {one.measures}; {one.takes}", file=sys.stderr)  # noqa: T201
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        more = ["--json", file.name] if one.writes else []
        command = [sys.executable, "-m", PREFIX + one.name, *arguments, *more]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        if done.returncode:
            return {"failed": done.returncode}
        return json.loads(Path(file.name).read_text() if one.writes else done.stdout.splitlines()[-1])
