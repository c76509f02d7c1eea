"""`python -m innoportal.bench.scale.indexed --prepared FILE --size 100000`: the index of PostgreSQL.

Prints one line of JSON. The data are under `INNOPORTAL_DATA`, else `.data/scale`, and good for nothing else:
passages are copied in as arrays, past triggers, and their profiles belong to no wish and no solution.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is read
os.environ.setdefault("INNOPORTAL_DATA", ".data/scale")

import argparse
import io
import json
import pickle
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from innoportal.bench.__main__ import run, settle
from innoportal.bench.scale import systems
from innoportal.bench.scale.measuring import MB, each, once
from innoportal.bench.scale.sized import FILTERS, SEED, Real, drawn, grown
from matching.engine import Hit, Prepared, PreparedPassage, Snapshot
from matching.engine.dense import ROLES, Role
from matching.engine.lexical import Array
from matching.engine.rows import Row, rows_of
from matching.engine.segments import Segment
from matching.engine.text import LANGUAGES

STAMP = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # from where PostgreSQL counts
BLOCK = 2000  # rows turned into bytes at once
TERM = np.dtype([("size", ">i4"), ("term", ">i8")])
INT8 = 20  # PostgreSQL's number of the type
COLUMNS = (
    "basis_id, profile_id, stamp, key, role, lang, lot, terms, length, mentions, vector, words, concepts,"
    " numbers, widths"
)
Profiles = Mapping[str, int]  # key → id


def measure(real: Real, size: int, asked: int, memory: str, *, is_built: bool = False) -> dict[str, Any]:
    """Figures of one size, and how many of the best hundred of the exact answer the index finds."""
    from matching.services import indexed

    parts = grown(real, size)
    found: dict[str, Any] = {"texts": size, "load": round(os.getloadavg()[0], 1)}
    if not is_built:
        _, found["build"] = once(lambda: build(parts, memory))
    found["MB"] = megabytes()
    exact = Snapshot.over(parts)
    index = indexed.current(max_age=0)
    queries, chance = drawn(real["wish"], asked), np.random.default_rng(SEED)
    keys = np.array(exact.keys("solution"))
    spent = partial(both, backend())
    for share in (None, *FILTERS):
        among = share and set(chance.choice(keys, max(1, round(share * len(keys))), replace=False).tolist())
        name = f"among {share:.1%}" if share else "all"
        wanted = [search(exact, among or None, query) for query in queries]
        given, found[name] = each(partial(search, index, among or None), queries, spent)
        found[name]["recall"] = round(float(np.mean(list(map(recall, wanted, given)))), 4)
        least = min(len(b) / len(a) for a, b in zip(wanted, given, strict=True))
        found["least"] = min(found.get("least", 1.0), least)
    return found


def search(retriever: Any, among: set[str] | None, query: Prepared) -> list[Hit]:
    found: list[Hit] = retriever.search(query, "solution", systems.K, among)
    return found


def recall(wanted: Sequence[Hit], given: Sequence[Hit]) -> float:
    keys = {hit.key for hit in wanted}
    return len(keys & {hit.key for hit in given}) / len(keys)


def backend() -> int:
    """The process of PostgreSQL that answers us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def both(server: int) -> float:
    """Seconds of processor time of this process and of that one, which Linux counts in nanoseconds."""
    theirs = int(Path(f"/proc/{server}/schedstat").read_text().split()[0])
    return time.process_time() + theirs / 1e9


def build(parts: Mapping[Role, Segment], memory: str) -> None:
    """As `index_matching` does, but for the rows, which are copied in."""
    from django.db import connection
    from django.utils import timezone

    from matching.models import Basis
    from matching.services import indexed, versions
    from matching.services.indexed import bases, building, measuring

    empty()
    name = versions.serving(max_age=0).name
    basis = bases.make(name, [one for role in ROLES for one in sample(parts[role], role, bases.DRAWN)])
    ground = bases.ground(basis.pk)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE matching_indexedpassage DISABLE TRIGGER USER")
        for role in ROLES:
            profiles = known(cursor, role, parts[role], name)
            for block in blocks(ground, role, parts[role], profiles):
                cursor.copy_expert(f"COPY matching_indexedpassage ({COLUMNS}) FROM STDIN BINARY", block)
        count(cursor)
        cursor.execute("ALTER TABLE matching_indexedpassage ENABLE TRIGGER USER")
    measuring.measure(ground, building.silent)
    building.link(ground, memory)
    Basis.objects.filter(pk=basis.pk).update(ready_at=timezone.now())
    building.draw(name)
    indexed.forget()


def sample(segment: Segment, role: Role, count: int) -> list[Prepared]:
    """Some rows by lot, without their words: of a basis, where vectors lie."""
    rows = np.sort(np.random.default_rng(SEED).permutation(len(segment.keys))[:count])
    vectors = {name: of.floats(rows) for name, of in segment.vectors.items()}
    return [
        Prepared(
            f"{role} {i}",
            role,
            (PreparedPassage(LANGUAGES[code], (), (), {name: of[i] for name, of in vectors.items()}),),
        )
        for i, code in enumerate(segment.langs[rows].tolist())
    ]


def empty() -> None:
    """:raises SystemExit: the portal holds something."""
    from django.db import connection

    from matching.models import Basis
    from matching.services.indexed import building
    from solutions.models import Solution
    from wishes.models import Wish

    if Wish.objects.exists() or Solution.objects.exists():
        raise SystemExit("The portal is not empty: measure in a data directory of its own (INNOPORTAL_DATA).")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE matching_indexedpassage, matching_termcount, matching_passagecount")
        cursor.execute("DELETE FROM matching_profile")
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid = 'matching_profile'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE matching_profile DROP CONSTRAINT {name}")
    building.drop(list(Basis.objects.values_list("pk", flat=True)))


def known(cursor: Any, role: Role, segment: Segment, version: str) -> Profiles:
    """A profile for each thing."""
    keys = sorted(set(segment.keys))
    cursor.execute(
        f"INSERT INTO matching_profile (side, {role}_id, content_hash, engine_version, record, is_public,"  # noqa: S608
        " concepts_due, updated_at) SELECT %s, number, '', %s, '', true, false, %s"
        " FROM generate_series(1, %s) AS number RETURNING id",
        [role, version, STAMP, len(keys)],
    )
    return dict(zip(keys, (pk for (pk,) in cursor.fetchall()), strict=True))


def blocks(ground: Any, role: Role, segment: Segment, profiles: Profiles) -> Iterator[io.BytesIO]:
    """Passages in PostgreSQL's binary format of COPY."""
    vectors, widths = ground.vectors(segment, role)
    rows = rows_of(segment, widths)
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        said = [line(ground, role, *pair, profiles) for pair in zip(rows[block], vectors[block], strict=True)]
        yield io.BytesIO(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(said) + b"\xff\xff")


def line(ground: Any, role: Role, row: Row, vector: Array, profiles: Profiles) -> bytes:
    from pgvector import HalfVector

    from matching.services.indexed import bases

    at = ROLES.index(role)
    words, concepts = row.terms
    marked = [
        ground.marked(ids, at, row.lang, kind) for ids, kind in ((words, "words"), (concepts, "concepts"))
    ]
    fields = [
        struct.pack(">q", ground.pk),
        struct.pack(">q", profiles[row.key]),
        struct.pack(">q", int((STAMP - EPOCH).total_seconds() * 1e6)),
        row.key.encode(),
        struct.pack(">h", at),
        struct.pack(">h", row.lang),
        struct.pack(">q", bases.lot(row.key)),
        array(np.concatenate(marked)),
        struct.pack(">i", row.length),
        struct.pack(">i", row.mentions),
        HalfVector(vector).to_binary(),
        row.words,
        row.concepts,
        row.vectors,
        row.widths,
    ]
    return struct.pack(">h", len(fields)) + b"".join(struct.pack(">i", len(f)) + f for f in fields)


def array(numbers: Array) -> bytes:
    """An array of bigint: one dimension, no nulls, counted from 1."""
    if not len(numbers):
        return struct.pack(">iii", 0, 0, INT8)
    found = np.empty(len(numbers), TERM)
    found["size"], found["term"] = 8, numbers
    return struct.pack(">iiiii", 1, 0, INT8, len(numbers), 1) + found.tobytes()


def count(cursor: Any) -> None:
    """What the triggers would have counted."""
    cursor.execute(
        "INSERT INTO matching_termcount (term, passages)"
        " SELECT term, count(*) FROM matching_indexedpassage, unnest(terms) AS term GROUP BY term"
    )
    cursor.execute(
        "INSERT INTO matching_passagecount (basis, role, lang, passages, words, mentions)"
        " SELECT basis_id, role, lang, count(*), sum(length), sum(mentions)"
        " FROM matching_indexedpassage GROUP BY basis_id, role, lang"
    )


def megabytes() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('matching_indexedpassage')"
            " + pg_total_relation_size('matching_termcount')"
        )
        return float(round(cursor.fetchone()[0] / MB))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--queries", type=int, default=120)
    parser.add_argument(
        "--memory", default="", help="PostgreSQL's maintenance_work_mem while graphs are made"
    )
    parser.add_argument("--built", action="store_true", help="the index of this size is there already")
    asked = parser.parse_args()
    settle()
    from innoportal import embedded, servers

    real = pickle.loads(asked.prepared.read_bytes())  # noqa: S301  written by the command that started this
    with servers.in_use(servers.wanted(embedded.data_dir())):
        run("innoportal.prepare", stdout=subprocess.DEVNULL)
        import django

        django.setup()
        found = measure(real, asked.size, asked.queries, asked.memory, is_built=asked.built)
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
