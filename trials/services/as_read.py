"""The readings as the analysis reads them: as taken, but for what a correction in effect says of them."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

from trials.models import Amendment, Trial

Kind = Amendment.Kind


def as_read(trial: Trial, metrics: Collection[str]) -> QuerySet:
    """The readings of these metrics that count, each with `read`, the value that counts."""
    rows = trial.measurements.filter(metric__in=metrics)
    return _corrected(rows, amended(trial, metrics))


def amended(trial: Trial, metrics: Collection[str]) -> list[Amendment]:
    """What is in effect of the readings of these metrics, in its order; one query."""
    return list(trial.amendments.of_readings().in_effect().filter(metric__in=metrics))


def _corrected(rows: QuerySet, made: Iterable[Amendment]) -> QuerySet:
    read: Any = F("value")
    for one in made:
        if one.kind == Kind.EXCLUDE:
            rows = rows.exclude(span(one))
        else:
            read = Case(When(span(one), then=put_right(read, one)), default=read, output_field=FloatField())
    return rows.annotate(read=read)


def put_right(read: Any, one: Amendment) -> Any:
    """In double precision, as the readings are kept."""
    return read * Value(float(one.factor or 0), FloatField()) + Value(float(one.offset or 0), FloatField())


def span(one: Amendment) -> Q:
    """The readings that it speaks of, the first and the last moment among them."""
    of_sensor = {"sensor": one.sensor} if one.sensor else {}
    return Q(metric=one.metric, at__gte=one.since, at__lte=one.until, **of_sensor)


def concerned(amendment: Amendment) -> QuerySet:
    """Those of its span that count now."""
    return as_read(amendment.trial, [amendment.metric]).filter(span(amendment))
