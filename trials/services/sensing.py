"""Tokens and devices of a trial, and the readings that they send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials import batches, chirpstack
from trials.batches import Batch, Expected
from trials.models import Claim, Sensor, SensorToken, Trial
from trials.readings import Problem, Row
from trials.services.judging import metrics_of
from trials.services.measuring import TAKING
from trials.services.planning import held

CLOSED = (Trial.Status.CLOSED, Trial.Status.STOPPED, Trial.Status.MEASURED, Trial.Status.REPORTING)
USED = timedelta(minutes=1)  # how exactly the last use of a token is known
Read = Callable[[bytes, Expected], Batch]


@dataclass
class Taken:
    """What became of a batch; it is given only after the commit."""

    received_at: datetime
    accepted: int = 0
    known: int = 0
    refused: list[Problem] = field(default_factory=list)
    sent_at: datetime | None = None


@transaction.atomic
def make_token(trial: Trial, *, by: User) -> str:
    """A new secret, told only here; the one before ends at once.

    :raises IllegalTransition: this trial takes no readings any more.
    """
    held(trial)
    if trial.status in CLOSED:
        raise IllegalTransition(_("The measuring is over."))
    ended = trial.tokens.in_force().update(revoked_at=timezone.now())
    secret = SensorToken.new_secret()
    token = SensorToken.objects.create(
        trial=trial,
        key_hash=SensorToken.hash_of(secret),
        hint=secret[:8],
        made_by=by,
        ends_on=SensorToken.last_day(trial),
    )
    details = {"token": token.hint, "ends_on": token.ends_on.isoformat()}
    record(trial, "rotate_token" if ended else "make_token", by=by, details=details)
    return secret


@transaction.atomic
def revoke_token(trial: Trial, *, by: User) -> Entry:
    """:raises IllegalTransition: none is in force."""
    held(trial)
    if not trial.tokens.in_force().update(revoked_at=timezone.now()):
        raise IllegalTransition(_("There is no token in force."))
    return record(trial, "revoke_token", by=by)


@transaction.atomic
def save_sensor(trial: Trial, *, by: User, sensor: Sensor | None = None, **values: Any) -> Sensor:
    """Tell of a device what its decoded fields are; readings that came before stay as they are.

    :raises ValidationError: a field does not fit.
    """
    held(trial)
    made = sensor or Sensor(trial=trial)
    for name in ("name", "dev_eui", "f_port", "fields"):
        if name in values:
            setattr(made, name, values[name])
    if strange := sorted({one["metric"] for one in made.fields.values()} - metrics_of(trial).keys()):
        raise ValidationError({"fields": _("No claim has the metric %s.") % ", ".join(strange)})
    made.full_clean(exclude=["fields", "radio"])
    made.save()
    record(trial, "save_sensor", by=by, details={"sensor": made.name})
    return made


@transaction.atomic
def remove_sensor(trial: Trial, *, by: User, sensor: Sensor) -> Entry:
    """Its messages are refused from now; its readings stay."""
    held(trial)
    name = sensor.name
    sensor.delete()
    return record(trial, "remove_sensor", by=by, details={"sensor": name})


def take_batch(token: SensorToken, data: bytes, read: Read) -> Taken:
    """Each good row, once; what is wrong with the others.

    :raises Unreadable: nothing of it could be understood.
    :raises IllegalTransition: this trial takes no readings now.
    """
    return _take(token, lambda expected: read(data, expected))


def take_uplink(token: SensorToken, data: bytes) -> Taken:
    """The readings of one message of a device that the trial knows.

    :raises Unreadable: it is no uplink, or of no device of this trial.
    """
    uplink = chirpstack.read(data)
    sensor = Sensor.objects.filter(trial=token.trial_id, dev_eui=uplink.dev_eui).first()
    if sensor is None:
        raise batches.Unreadable(
            _("No sensor of this trial has the DevEUI %s; add it on the trial's page.") % uplink.dev_eui[:16]
        )
    if sensor.f_port and uplink.f_port != sensor.f_port:
        return Taken(timezone.now())
    taken = _take(token, lambda expected: _of_uplink(sensor, uplink, expected))
    newer = Q(heard_at=None) | Q(heard_at__lt=taken.received_at)
    Sensor.objects.filter(newer, pk=sensor.pk).update(heard_at=taken.received_at, radio=uplink.radio)
    return taken


def _of_uplink(sensor: Sensor, uplink: chirpstack.Uplink, expected: Expected) -> Batch:
    decoded = chirpstack.flat(uplink.object)
    rows, missing = [], []
    for name, channel in sensor.fields.items():
        value = decoded.get(name)
        if value is None:
            missing.append(Problem(1, name, _("The decoded object has no such field.")))
            continue
        if isinstance(value, bool | int | float):
            value = float(value) * channel["factor"]
        at = uplink.time or expected.now.isoformat()
        rows.append((1, {"metric": channel["metric"], "at": at, "value": value, "sensor": sensor.name}))
    batch = batches.check(rows, expected, {})
    batch.refused += missing
    return batch


@transaction.atomic
def _take(token: SensorToken, read: Callable[[Expected], Batch]) -> Taken:
    now = timezone.now()
    trial = _open(token)
    batch = read(expected(trial, now))
    taken = Taken(now, refused=batch.refused, sent_at=batch.sent_at)
    unique = _unique(batch.rows, taken)
    rows = _allowed(trial, unique, taken)
    fresh = insert(trial, rows, now)
    taken.accepted = len(fresh)
    _compare(trial, [row for row in rows if row.key not in fresh], taken)
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED)
    SensorToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return taken


def _open(token: SensorToken) -> Trial:
    """Shares the trial's row with other senders until the commit: who ends the measuring waits for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM trials_trial WHERE id = %s FOR KEY SHARE", [token.trial_id])
    trial = Trial.objects.prefetch_related("claims").get(pk=token.trial_id)
    if trial.status not in TAKING:
        raise IllegalTransition(_("Readings are taken from the locked plan to the end of the measuring."))
    return trial


def expected(trial: Trial, now: datetime) -> Expected:
    """A reading that names no phase is of the baseline until the moment of the start."""
    claims: list[Claim] = list(trial.claims.all())
    started = None
    if trial.status != Trial.Status.LOCKED:
        starts = Entry.objects.about(trial).filter(verb="start")
        started = starts.order_by("at").values_list("at", flat=True).first()

    def phase_at(at: datetime) -> str:
        return "trial" if started and at >= started else "baseline"

    return Expected(metrics_of(trial), batches.units_of(claims), phase_at, now)


def _unique(rows: Sequence[Row], taken: Taken) -> list[Row]:
    """The first of each sensor and time; the same again is known, another value is refused."""
    first: dict[Any, Row] = {}
    for row in rows:
        kept = first.setdefault(row.key, row)
        if kept is not row and kept.value == row.value:
            taken.known += 1
        elif kept is not row:
            message = _("row %s gives this sensor and time another value or phase.") % kept.number
            taken.refused.append(Problem(row.number, "value", message))
    return list(first.values())


def _allowed(trial: Trial, rows: list[Row], taken: Taken) -> list[Row]:
    if trial.status != Trial.Status.LOCKED:
        return rows
    early = [row for row in rows if row.phase == "trial"]
    message = _("Before the start only the baseline can be measured.")
    taken.refused += [Problem(row.number, "phase", message) for row in early]
    return [row for row in rows if row.phase != "trial"]


INSERT = """
INSERT INTO trials_measurement (trial_id, metric, sensor, at, phase, value, flag, received_at)
SELECT %s, r.metric, r.sensor, r.at, r.phase, r.value, '', %s
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::float8[])
    AS r(metric, sensor, at, phase, value)
ORDER BY r.metric, r.sensor, r.at
ON CONFLICT (trial_id, metric, sensor, at) DO NOTHING
RETURNING metric, sensor, at
"""
STANDING = """
SELECT m.metric, m.sensor, m.at, m.value
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS r(metric, sensor, at)
JOIN trials_measurement m
    ON m.trial_id = %s AND m.metric = r.metric AND m.sensor = r.sensor AND m.at = r.at
"""


def insert(trial: Trial, rows: Sequence[Row], received_at: datetime) -> set[tuple[str, str, datetime]]:
    """The keys of those that were not there. In one order, so that two batches never wait for each other."""
    if not rows:
        return set()
    columns = [[getattr(row, name) for row in rows] for name in ("metric", "sensor", "at", "phase", "value")]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [trial.pk, received_at, *columns])
        return set(cursor.fetchall())


def _compare(trial: Trial, rows: Sequence[Row], taken: Taken) -> None:
    """What stands already: known when it is the same, refused when it is not."""
    if not rows:
        return
    columns = [[getattr(row, name) for row in rows] for name in ("metric", "sensor", "at")]
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [*columns, trial.pk])
        standing = {tuple(key): value for *key, value in cursor.fetchall()}
    for row in rows:
        if standing.get(row.key) == row.value:
            taken.known += 1
            continue
        message = _("%(value)s was recorded for this sensor and time; a reading is never changed.")
        shown = message % {"value": f"{standing.get(row.key, 0):g}"}
        taken.refused.append(Problem(row.number, "value", shown))
