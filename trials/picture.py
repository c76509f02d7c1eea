"""The readings of a trial as its page draws them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Avg
from django.db.models.functions import TruncDay
from django.utils.translation import gettext as _

from trials.analysis import ENOUGH, SHARES
from trials.analysis.dependence import mean_of, reach
from trials.models import Claim, Measurement, Trial
from trials.services.snapshot import thinned
from trials.showing import metric_said

MOST = 3000  # readings drawn one by one; beyond, the mean of each day is drawn
DRAWN = 120  # points of one line, so that its table stays readable

# While it goes on, the mean so far is drawn with its interval; afterwards each claim has its finding.
LIVE = (Trial.Status.LOCKED, Trial.Status.RUNNING, Trial.Status.PAUSED, Trial.Status.MEASURED)

Series = dict[tuple[str, str], list[tuple[datetime, float]]]


def charts(trial: Trial, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """One chart for each claim: {"claim", "caption", "unit", "series", "target"}; two queries at most."""
    found = _series(trial)
    return [_chart(claim, found, is_live=trial.status in LIVE) for claim in claims]


def _series(trial: Trial) -> Series:
    rows = trial.measurements.order_by("at", "pk")
    points = list(rows.values_list("metric", "phase", "at", "value")[: MOST + 1])
    if len(points) > MOST:
        daily = rows.order_by().annotate(day=TruncDay("at")).values_list("metric", "phase", "day")
        points = list(daily.annotate(mean=Avg("value")).order_by("day"))
    found: Series = defaultdict(list)
    for metric, phase, at, value in points:
        found[metric, phase].append((at, value))
    return found


def _chart(claim: Claim, found: Series, *, is_live: bool) -> dict[str, Any]:
    baseline, trial = found[claim.metric, "baseline"], found[claim.metric, "trial"]
    names = ((Measurement.Phase.BASELINE, baseline), (Measurement.Phase.TRIAL, trial))
    return {
        "claim": claim,
        "caption": _("Readings: %(metric)s") % {"metric": metric_said(claim.metric)},
        "unit": claim.unit,
        "series": [
            {
                "name": phase.label,
                "kind": phase.value,
                "points": thinned(points, DRAWN),
                "level": level(points) if is_live and claim.method not in SHARES else None,
            }
            for phase, points in names
            if points
        ],
        "target": target_level(claim, baseline),
        "count": len(baseline) + len(trial),
    }


def level(points: Sequence[tuple[datetime, float]]) -> tuple[float, float, float] | None:
    """The mean of a phase between the ends of its 95 % interval; None while there is too little of it."""
    if len(points) < ENOUGH:
        return None
    mean = mean_of([value for _at, value in points])
    half = reach([(1.0, mean)])
    return mean.value - half, mean.value, mean.value + half


def target_level(claim: Claim, baseline: Sequence[tuple[datetime, float]]) -> float | None:
    """The level that the promise asks for; of a change it depends on the baseline measured so far."""
    if claim.method in SHARES:
        return None  # the readings are 0 or 1, or answers
    if claim.method == Claim.Method.THRESHOLD:
        return float(claim.target)
    if not baseline:
        return None
    mean = sum(value for _at, value in baseline) / len(baseline)
    sign = -1 if claim.direction == Claim.Direction.DECREASE else 1
    return mean * (1 + sign * float(claim.target) / 100)
