"""A file of readings waits until its columns are understood; then all of it is taken, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.storage import room
from innoportal.lib.tables import Table, Unreadable, open_table
from journal.workflow import IllegalTransition, record
from trials import columns
from trials.columns import Columns, Reader
from trials.models import Trial, Upload
from trials.readings import MAX_PROBLEMS, Problem, Row
from trials.services.flagging import flag_anew
from trials.services.judging import metrics_of
from trials.services.measuring import TAKING, Import
from trials.services.planning import held
from trials.services.sensing import expected

MAX_BYTES = 50 * 2**20
MAX_ROWS = 500_000
BATCH = 2000
SAMPLE = 200  # rows by which columns are guessed
SHOWN = 8
KEPT = timedelta(days=1)


@dataclass
class Look:
    """What a file has, before anyone says what it means."""

    columns: list[str]
    sample: Sequence[Mapping[str, Any]]
    guess: dict[str, str]
    order_is_sure: bool
    encoding: str
    sheets: int


@dataclass
class Check:
    """What taking it would do. `problems` are the first of so many (`count`)."""

    rows: int = 0
    fresh: int = 0
    known: int = 0
    repeated: int = 0
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    first: list[Row] = field(default_factory=list)
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def is_good(self) -> bool:
        return self.rows > 0 and not self.count

    def refuse(self, problems: list[Problem]) -> None:
        self.count += len(problems)
        self.problems += problems[: MAX_PROBLEMS - len(self.problems)]


@transaction.atomic
def stage(trial: Trial, *, by: User, file: File) -> Upload:
    """Keep the file until its columns are known, when it can be read at all.

    :raises ValidationError: it cannot, or the disk has no room for it.
    :raises IllegalTransition: this trial takes no readings now.
    """
    open_to_readings(trial)
    name = str(file.name or "")
    if name.rpartition(".")[2].lower() not in Upload.KINDS:
        raise ValidationError(_("Choose a CSV, TSV or XLSX file."))
    if file.size > MAX_BYTES:
        raise ValidationError(_("The file is larger than 50 MB; send it in parts."))
    upload = Upload(trial=trial, made_by=by, filename=name[-200:], file=file)
    with room():
        upload.save()
    try:
        look(upload)
    except ValidationError:
        upload.file.delete(save=False)
        raise
    return upload


def open_to_readings(trial: Trial) -> None:
    if trial.status not in TAKING:
        raise IllegalTransition(_("Readings are taken from the locked plan to the end of the measuring."))


def look(upload: Upload) -> Look:
    """:raises ValidationError: the file cannot be read."""
    metrics = list(metrics_of(upload.trial))
    with opened(upload) as table:
        names = table.columns or []
        sample = [row.values for row in islice(table.rows, SAMPLE) if not row.error]
        guess = columns.guess(names, sample, metrics)
        _order, is_sure = columns.order_of([row.get(guess["time"]) for row in sample])
        return Look(names, sample[:SHOWN], guess, is_sure, table.encoding, table.sheets)


@contextmanager
def opened(upload: Upload) -> Iterator[Table]:
    """Its rows one at a time, wherever files are stored.

    :raises ValidationError: the file cannot be read, or not to its end.
    """
    ending = Path(str(upload.file.name)).suffix
    with NamedTemporaryFile(suffix=ending) as copy:
        with upload.file.open("rb") as stored:
            copyfileobj(stored, copy)
        copy.flush()
        try:
            with closing(open_table(Path(copy.name), max_bytes=MAX_BYTES)) as table:
                yield table
        except Unreadable as error:
            raise ValidationError(str(error)) from error


@transaction.atomic
def check(upload: Upload, said: Columns) -> Check:
    """What taking the file would do; nothing of it stays.

    :raises ValidationError: it cannot be read.
    """
    found = _read(upload, said)
    transaction.set_rollback(True)
    return found


@transaction.atomic
def take(upload: Upload, said: Columns, *, by: User) -> Check | Import:
    """All of it, once; or a `Check` that says what is wrong, and nothing.

    :raises IllegalTransition: this trial takes no readings now.
    """
    held(upload.trial)
    open_to_readings(upload.trial)
    found = _read(upload, said)
    if not found.is_good:
        transaction.set_rollback(True)
        return found
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [upload.trial_id])
        added = cursor.rowcount
        cursor.execute("SELECT DISTINCT metric FROM incoming")
        metrics = [metric for (metric,) in cursor.fetchall()]
        cursor.execute("DROP TABLE incoming")
    flagged = flag_anew(upload.trial, metrics)
    if added:
        details = {"added": added, "known": found.rows - added, "file": upload.filename}
        record(upload.trial, "measure", by=by, details=details)
    discard(upload)
    return Import(added, found.rows - added, flagged)


def discard(upload: Upload) -> None:
    """The file itself goes only when that is certain."""
    stored = upload.file
    upload.delete()
    transaction.on_commit(lambda: stored.delete(save=False))


def discard_old() -> int:
    """Files that nobody came back for within a day."""
    old = Upload.objects.filter(made_at__lt=timezone.now() - KEPT)
    count = 0
    for upload in old:
        discard(upload)
        count += 1
    return count


INCOMING = """
CREATE TEMPORARY TABLE incoming (
    line integer, metric text, sensor text, at timestamptz, phase text, value float8
) ON COMMIT DROP
"""
ADD = """
INSERT INTO incoming
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::float8[])
"""
TAKE = """
INSERT INTO trials_measurement (trial_id, metric, sensor, at, phase, value, flag)
SELECT DISTINCT ON (metric, sensor, at) %s, metric, sensor, at, phase, value, ''
FROM incoming ORDER BY metric, sensor, at, line
ON CONFLICT (trial_id, metric, sensor, at) DO NOTHING
"""
AGAINST_ITSELF = """
SELECT line, first FROM (
    SELECT line, value, phase,
        first_value(line) OVER w AS first, first_value(value) OVER w AS v, first_value(phase) OVER w AS p
    FROM incoming WINDOW w AS (PARTITION BY metric, sensor, at ORDER BY line)
) AS pairs WHERE (value, phase) <> (v, p) ORDER BY line
"""
AGAINST_STANDING = """
SELECT i.line, m.value, m.phase FROM incoming i
JOIN trials_measurement m
    ON m.trial_id = %s AND m.metric = i.metric AND m.sensor = i.sensor AND m.at = i.at
WHERE (i.value, i.phase) <> (m.value, m.phase) ORDER BY i.line
"""
COUNTS = """
SELECT count(*), count(m.id), min(i.at), max(i.at)
FROM (SELECT DISTINCT metric, sensor, at FROM incoming) AS i
LEFT JOIN trials_measurement m
    ON m.trial_id = %s AND m.metric = i.metric AND m.sensor = i.sensor AND m.at = i.at
"""


def _read(upload: Upload, said: Columns) -> Check:
    """The file's rows beside the readings, in a table of this transaction; memory stays flat."""
    found = Check()
    trial = upload.trial
    wanted = expected(trial, timezone.now())
    reader = Reader(said, wanted.methods, wanted.units, wanted.phase_at)
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        with opened(upload) as table:
            while rows := list(islice(table.rows, BATCH)):
                good = _good(rows, reader, trial, found)
                names = ("number", "metric", "sensor", "at", "phase", "value")
                cursor.execute(ADD, [[getattr(row, name) for row in good] for name in names])
        cursor.execute("ANALYZE incoming")
        if not found.rows and not found.count:
            found.refuse([Problem(None, "", _("The file has no row of measurements."))])
        _compare(cursor, upload.trial_id, said, found)
    return found


def _good(rows: list[Any], reader: Reader, trial: Trial, found: Check) -> list[Row]:
    """:raises ValidationError: the file has more rows than are taken."""
    good = []
    for one in rows:
        problems = [Problem(one.line, "", one.error)] if one.error else []
        row = None if one.error else reader.read(one.line, one.values, problems)
        if row and row.phase == "trial" and trial.status == Trial.Status.LOCKED:
            message = _("Before the start only the baseline can be measured.")
            problems.append(Problem(one.line, reader.columns.time, message))
        elif row:
            good.append(row)
        found.refuse(problems)
    found.rows += len(good)
    if found.rows > MAX_ROWS:
        raise ValidationError(_("The file has more than 500,000 rows; send it in parts."))
    found.first += good[: SHOWN - len(found.first)]
    return good


def _compare(cursor: Any, trial: int, said: Columns, found: Check) -> None:
    cursor.execute(AGAINST_ITSELF)
    message = _("row %s gives this sensor and time another value or phase.")
    twice = cursor.fetchall()
    found.refuse([Problem(line, said.value, message % first) for line, first in twice])
    cursor.execute(AGAINST_STANDING, [trial])
    message = _("%(value)s was recorded for this sensor and time (%(phase)s); a reading is never changed.")
    changed = cursor.fetchall()
    found.refuse(
        [
            Problem(line, said.value, message % {"value": f"{value:g}", "phase": phase})
            for line, value, phase in changed
        ]
    )
    cursor.execute(COUNTS, [trial])
    different, found.known, found.begins, found.ends = cursor.fetchone()
    found.fresh, found.repeated = different - found.known, found.rows - different
