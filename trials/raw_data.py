"""The readings behind a report as files: made once, in parts, so that millions need little memory."""

import csv
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleGreaterThan

from trials.models import Amendment, Claim, Report, Trial
from trials.proof.parts import Bilingual
from trials.proof.writing import metric_label

BATCH = 10_000  # readings in memory at once
MAKING = 0x1AA7_0030  # advisory lock: one maker of the files of a report
GROUP = 100_000  # readings of a row group of Parquet
COLUMNS = ("metric", "at", "phase", "value", "sensor", "flag")
KEY = ("metric", "sensor", "at")
MEANS = {
    "metric": ("string", "What was measured; unit and method of each are under metrics."),
    "at": ("datetime", "When, in universal time (ISO 8601)."),
    "phase": ("string", "baseline: before the solution; trial: with it."),
    "value": ("number", "The reading in the unit of its metric, as taken."),
    "sensor": ("string", "The device or the place that it comes from; manual: typed by hand."),
    "flag": ("string", "Why it stands out (see flags); empty: it does not. None is left out or changed."),
}
FLAGS = {
    "gap": "After a longer silence of its sensor than usual.",
    "stuck": "The same value as many before it.",
    "clock": "The clock of its sensor was moved.",
    "outlier": "Far from the other readings of its sensor.",
}
MOMENT, EPOCH = DataType.timestamp("us", tz="UTC"), datetime(1970, 1, 1, tzinfo=UTC)
SCHEMA = Schema(
    [
        Field(name, DataType.float64() if name == "value" else DataType.utf8(), nullable=False)
        if name != "at"
        else Field(name, MOMENT, nullable=False)
        for name in COLUMNS
    ]
)
FORMS = ("csv", "parquet")
Row = tuple[Any, ...]


def place(report: Report, form: str) -> str:
    """Named by what was signed, so that another version never has the file of this one."""
    return f"reports/data/{report.payload_hash}.{form}"


def manifest(report: Report) -> dict[str, Any] | None:
    """Size and SHA-256 of each file; None while they are not made."""
    name = place(report, "json")
    if not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        made: dict[str, Any] = json.loads(file.read())
    return made


@transaction.atomic
def make(report: Report) -> bool:
    """Write the files, and last what says that they are there; whether they were written now.

    Seconds for each hundred thousand readings: for a worker. One at a time, and never twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [MAKING, report.pk])
        if not cursor.fetchone()[0] or manifest(report) is not None:
            return False
    found = {form: _make(report, form) for form in FORMS}
    _store(place(report, "json"), lambda path: path.write_text(json.dumps(found)))
    return True


def _make(report: Report, form: str) -> dict[str, Any]:
    write = {"csv": write_csv, "parquet": write_as_parquet}[form]
    return _store(place(report, form), lambda path: write(report.trial, path))


def _store(name: str, write: Callable[[Path], Any]) -> dict[str, Any]:
    """The whole file or none; what a worker that was killed has left is written over."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            default_storage.delete(name)
            default_storage.save(name, File(file))
        return {"bytes": path.stat().st_size, "sha256": digest}


def rows(trial: Trial, size: int = BATCH) -> Iterator[Row]:
    """All readings by metric, sensor and moment, a page of that index at a time.

    So the first of millions waits for nothing, and no transaction stays open for a slow reader, as with a
    cursor of the server.
    """
    found = trial.measurements.order_by(*KEY).values_list(*COLUMNS)
    page = list(found[:size])
    while page:
        yield from page
        if len(page) < size:
            return
        metric, at, _phase, _value, sensor, _flag = page[-1]
        page = list(found.filter(TupleGreaterThan(tuple(map(F, KEY)), (metric, sensor, at)))[:size])


def lines(trial: Trial) -> Iterator[str]:
    """As CSV, its names first."""
    out = csv.writer(Echo(), lineterminator="\n")
    yield out.writerow(COLUMNS)
    for metric, at, phase, value, sensor, flag in rows(trial):
        safe = f"'{sensor}" if sensor[:1] in "=+-@\t" else sensor  # a spreadsheet would run it
        yield out.writerow((metric, at.astimezone(UTC).isoformat(), phase, repr(value), safe, flag))


class Echo:
    """Gives back what the writer makes of a row."""

    def write(self, line: str) -> str:
        return line


def write_csv(trial: Trial, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines(trial))


def write_as_parquet(trial: Trial, path: Path) -> None:
    reader = RecordBatchReader.from_batches(SCHEMA, _batches(rows(trial)))
    write_parquet(reader, path, compression="zstd(3)", max_row_group_size=GROUP)


def _batches(found: Iterator[Row]) -> Iterator[RecordBatch]:
    while part := list(islice(found, BATCH)):
        columns = [list(column) for column in zip(*part, strict=True)]
        arrays = [_array(name, column) for name, column in zip(COLUMNS, columns, strict=True)]
        yield RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _array(name: str, column: list[Any]) -> Array:
    if name != "at":
        return Array(column, type=DataType.float64() if name == "value" else DataType.utf8())
    since = np.array([(at - EPOCH) // timedelta(microseconds=1) for at in column], dtype="int64")
    return Array(since).cast(MOMENT)


def dictionary(report: Report, made: dict[str, Any]) -> dict[str, Any]:
    """Columns, units, methods, flags and checksums, as a Frictionless Data Package."""
    payload = (report.envelope or {})["payload"]
    kinds = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
    return {
        "profile": "data-package",
        "name": (report.reference or "").lower(),
        "title": payload["trial"]["title"]["en"] or payload["trial"]["title"]["zh"],
        "version": str(payload["version"]),
        "report": {
            "reference": report.reference,
            "sha256": report.payload_hash,
            "status": report.status,
            **_withdrawn(report),
        },
        "metrics": [_metric(claim) for claim in report.trial.claims.order_by("position", "pk")],
        "flags": FLAGS,
        **_corrections(report),
        "resources": [
            {
                "name": f"readings-{form}",
                "path": f"data.{form}",
                "format": form,
                "mediatype": kinds[form],
                "bytes": made[form]["bytes"],
                "hash": f"sha256:{made[form]['sha256']}",
                "schema": {
                    "fields": [
                        {"name": name, "type": kind, "description": said}
                        for name, (kind, said) in MEANS.items()
                    ]
                },
            }
            for form in FORMS
        ],
    }


def _withdrawn(report: Report) -> dict[str, str]:
    """So that a file which was taken away long ago can be checked for it, and a new one says so."""
    at = report.withdrawn_at
    return {"withdrawn_at": at.isoformat(), "withdrawal": report.withdrawal} if at else {}


def _metric(claim: Claim) -> dict[str, Any]:
    return {
        "name": claim.metric,
        "title": metric_label(Bilingual(claim.metric, claim.metric)).en,
        "unit": claim.unit,
        "method": claim.method,
        "companion": claim.companion or None,
        "claim": {"en": claim.statement_en, "zh": claim.statement_zh},
        "sampling": {"en": claim.sampling_en, "zh": claim.sampling_zh},
        "instrument": claim.instrument,
        "uncertainty": claim.uncertainty,
    }


def analysis(report: Report) -> dict[str, Any]:
    """What was computed of each claim, with its rule, the hash of its readings and the libraries.

    Of a version whose record was corrected after it: what it was computed from, not what it would be now.
    """
    claims = report.trial.claims.order_by("position", "pk")
    later = Amendment.objects.in_effect().filter(trial=report.trial_id, agreed_at__gt=report.published_at)
    first = later.first()
    before = first.before if first else {}
    now = {one.metric: {"verdict": one.verdict, "result": one.result} for one in claims}
    return {
        "report": report.reference,
        "claims": [{"metric": metric, **before.get(metric, found)} for metric, found in now.items()],
    }


def _corrections(report: Report) -> dict[str, Any]:
    """How this version reads readings otherwise than taken: applied in this order, they give its figures."""
    rows = Amendment.objects.in_effect().of_readings().filter(trial=report.trial_id)
    found = [
        {
            "number": one.number,
            "kind": one.kind,
            "metric": one.metric,
            "sensor": one.sensor or None,
            "since": one.since.astimezone(UTC).isoformat() if one.since else None,
            "until": one.until.astimezone(UTC).isoformat() if one.until else None,
            **({"factor": f"{one.factor:f}", "offset": f"{one.offset:f}"} if one.kind == "scale" else {}),
            "reason": {"en": one.reason_en, "zh": one.reason_zh},
        }
        for one in rows.filter(agreed_at__lte=report.published_at)
    ]
    return {"corrections": found} if found else {}
