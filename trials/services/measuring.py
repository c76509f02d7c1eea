"""Readings come in, and are flagged where they look wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from journal.workflow import IllegalTransition, record
from trials import readings
from trials.models import Measurement, Trial
from trials.readings import Problem, Row, Unusable
from trials.services.flagging import flag_anew
from trials.services.judging import metrics_of
from trials.services.planning import held

TAKING = (Trial.Status.LOCKED, Trial.Status.RUNNING, Trial.Status.PAUSED)


@dataclass(frozen=True)
class Import:
    """What became of a file: rows written, rows there before, and how many readings are flagged now."""

    added: int
    known: int
    flagged: int


@transaction.atomic
def import_measurements(trial: Trial, *, by: User, file: IO[bytes]) -> Import:
    """All rows of a CSV or XLSX file, or none. The same file again changes nothing.

    :raises Unusable: with what is wrong, by row and field.
    :raises IllegalTransition: this trial takes no readings now.
    """
    metrics = metrics_of(trial)
    rows = readings.read(file.read(readings.MAX_BYTES + 1), metrics)
    return _take(trial, rows, by)


def add_measurement(
    trial: Trial,
    *,
    by: User,
    metric: str,
    at: datetime,
    phase: str,
    value: float,
    sensor: str = readings.MANUAL,
) -> Import:
    """One reading by hand, under the rules of a file.

    :raises Unusable: as for a file.
    """
    methods = metrics_of(trial)
    problems: list[Problem] = []
    given = {"metric": metric, "at": at, "phase": phase, "value": value, "sensor": sensor}
    row = readings.row(1, given, methods, problems)
    if row is None:
        raise Unusable([Problem(None, one.field, one.message) for one in problems])
    return _take(trial, [row], by)


@transaction.atomic
def _take(trial: Trial, rows: Sequence[Row], by: User) -> Import:
    held(trial)
    if trial.status not in TAKING:
        raise IllegalTransition(_("Readings are taken from the locked plan to the end of the measuring."))
    if trial.status == Trial.Status.LOCKED and any(row.phase == "trial" for row in rows):
        raise ValidationError(_("Before the start only the baseline can be measured."))
    known = {(m.metric, m.sensor, m.at): m for m in _existing(trial, rows)}
    if changed := [problem for row in rows if (problem := _contradicts(row, known.get(row.key)))]:
        raise Unusable(changed)
    fresh = {row.key: row for row in rows if row.key not in known}
    Measurement.objects.bulk_create(
        (
            Measurement(trial=trial, metric=r.metric, sensor=r.sensor, at=r.at, phase=r.phase, value=r.value)
            for r in fresh.values()
        ),
        batch_size=2000,
    )
    flagged = flag_anew(trial, {row.metric for row in rows})
    if fresh:
        record(trial, "measure", by=by, details={"added": len(fresh), "known": len(rows) - len(fresh)})
    return Import(len(fresh), len(rows) - len(fresh), flagged)


def _existing(trial: Trial, rows: Iterable[Row]) -> Iterable[Measurement]:
    times = [row.at for row in rows]
    metrics = {row.metric for row in rows}
    return trial.measurements.filter(metric__in=metrics, at__range=(min(times), max(times)))


def _contradicts(row: Row, known: Measurement | None) -> Problem | None:
    if known is None or (known.value, known.phase) == (row.value, row.phase):
        return None
    message = _("%(value)s was recorded for this sensor and time (%(phase)s); a reading is never changed.")
    shown = {"value": f"{known.value:g}", "phase": known.get_phase_display()}
    return Problem(row.number, "value", message % shown)
