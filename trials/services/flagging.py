"""Readings that look wrong are flagged, soon after they came, however many there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from trials import quality
from trials.analysis import SHARES
from trials.models import Rollup, Trial
from trials.services.judging import metrics_of

LONG = 20_000  # readings of a series that are looked at together; of a longer one, those of each month
FAST = timedelta(minutes=1)  # that a device may be ahead of the portal
Key = tuple[str, str, str]  # metric, sensor, phase
Span = tuple[datetime, datetime]


@dataclass
class Due:
    """The days of one series with readings that nobody looked at: (row, count)."""

    days: list[tuple[int, int]] = field(default_factory=list)
    months: set[Span] = field(default_factory=set)


def flag_all(trial: Trial) -> int:
    """Before the claims are judged: what sensors sent may not be flagged yet."""
    return flag_anew(trial, metrics_of(trial))


@transaction.atomic
def flag_anew(trial: Trial, metrics: Iterable[str]) -> int:
    """Flag what came since the last time, beside what was there; how many are flagged now."""
    metrics = list(metrics)
    due = _due(trial, metrics)
    if due:
        methods = metrics_of(trial)
        sizes = _sizes(trial, metrics)
        for key, one in due.items():
            spans: Iterable[Span | None] = [None] if sizes[key] <= LONG else sorted(one.months)
            for span in spans:
                _flag(trial, key, span, counted=methods.get(key[0]) in SHARES)
        _checked([day for one in due.values() for day in one.days])
    return trial.measurements.filter(metric__in=metrics).exclude(flag="").count()


def flag_arrivals() -> int:
    """Of every trial that sensors sent to; how many trials."""
    trials = Trial.objects.filter(pk__in=Rollup.objects.unchecked().values("trial_id"))
    for trial in trials:
        flag_all(trial)
    return len(trials)


def _due(trial: Trial, metrics: list[str]) -> dict[Key, Due]:
    found: dict[Key, Due] = defaultdict(Due)
    rows = Rollup.objects.unchecked().filter(trial=trial, metric__in=metrics)
    for pk, metric, sensor, phase, begins, count in rows.values_list(
        *("pk", "metric", "sensor", "phase", "begins", "count")
    ):
        one = found[metric, sensor, phase]
        one.days.append((pk, count))
        one.months.add(month_of(begins))
    return found


def month_of(at: datetime) -> Span:
    begins = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begins, (begins + timedelta(days=32)).replace(day=1)


def _sizes(trial: Trial, metrics: list[str]) -> dict[Key, int]:
    days = Rollup.objects.days().filter(trial=trial, metric__in=metrics).values("metric", "sensor", "phase")
    return {
        (one["metric"], one["sensor"], one["phase"]): one["size"] for one in days.annotate(size=Sum("count"))
    }


def _flag(trial: Trial, key: Key, span: Span | None, *, counted: bool) -> None:
    metric, sensor, phase = key
    rows = trial.measurements.filter(metric=metric, sensor=sensor, phase=phase)
    if span:
        rows = rows.filter(at__gte=span[0], at__lt=span[1])
    found = list(rows.order_by("at").values_list("pk", "at", "value", "flag", "received_at"))
    flags = quality.flags(
        [(at, value) for _pk, at, value, _flag, _received in found],
        counted=counted,
        fast=[bool(received and at > received + FAST) for _pk, at, _value, _flag, received in found],
    )
    changed = [(row[0], flag) for row, flag in zip(found, flags, strict=True) if row[3] != flag]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE trials_measurement m SET flag = r.flag FROM unnest(%s::bigint[], %s::text[]) "
                "AS r(id, flag) WHERE m.trial_id = %s AND m.id = r.id",
                [[pk for pk, _flag in changed], [flag for _pk, flag in changed], trial.pk],
            )


def _checked(days: list[tuple[int, int]]) -> None:
    """Not those that grew meanwhile: their readings are looked at next time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trials_rollup r SET is_checked = true FROM unnest(%s::bigint[], %s::bigint[]) "
            "AS seen(id, count) WHERE r.id = seen.id AND r.count = seen.count",
            [[pk for pk, _count in days], [count for _pk, count in days]],
        )
