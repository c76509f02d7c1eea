"""The readings of a trial as its page draws them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials import quality
from trials.analysis import ENOUGH, SHARES
from trials.analysis.dependence import mean_of, reach
from trials.models import Claim, Measurement, Rollup, Trial
from trials.services.snapshot import thinned
from trials.showing import metric_said

MOST = 3000  # readings drawn one by one; beyond, the mean of each day is drawn
MARKS = 60  # of flagged readings
FLAGS = {
    quality.OUTLIER: gettext_lazy("outliers"),
    quality.STUCK: gettext_lazy("stuck sensor"),
    quality.CLOCK: gettext_lazy("clock jumped"),
    quality.GAP: gettext_lazy("after a gap"),
}
DRAWN = 120  # points of one line, so that its table stays readable

# While it goes on, the mean so far is drawn with its interval; afterwards each claim has its finding.
LIVE = (Trial.Status.LOCKED, Trial.Status.RUNNING, Trial.Status.PAUSED, Trial.Status.MEASURED)

Series = dict[tuple[str, str], list[tuple[datetime, float]]]


def charts(trial: Trial, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """One chart for each claim: {"claim", "caption", "unit", "series", "target", "flags"}.

    One query where there are few readings, four where there are millions.
    """
    found = _drawn(trial, claims)
    return [chart_of(claim, found, is_live=trial.status in LIVE) for claim in claims]


@dataclass
class Drawn:
    """What the charts of a trial are drawn from."""

    series: Series = field(default_factory=lambda: defaultdict(list))
    sizes: Counter[tuple[str, str]] = field(default_factory=Counter)  # readings, by metric and phase
    odd: dict[str, list[tuple[datetime, float]]] = field(default_factory=lambda: defaultdict(list))
    flags: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by metric


def without_controls(rows: Any, claims: Sequence[Claim]) -> Any:
    """Of readings or their sums, those of what is tried: the control is in the level that is drawn."""
    for claim in claims:
        if claim.controls:
            rows = rows.exclude(metric=claim.metric, sensor__in=claim.controls)
    return rows


def _drawn(trial: Trial, claims: Sequence[Claim]) -> Drawn:
    """Not sorted by the database, which would sort all of them before it gives the first."""
    rows = without_controls(trial.measurements, claims)
    some = list(rows.values_list("metric", "phase", "at", "value", "flag")[: MOST + 1])
    return _of_days(trial, claims) if len(some) > MOST else _of_readings(sorted(some, key=itemgetter(2)))


def _of_readings(rows: Sequence[tuple[str, str, datetime, float, str]]) -> Drawn:
    found = Drawn()
    for metric, phase, at, value, flag in rows:
        found.series[metric, phase].append((at, value))
        found.sizes[metric, phase] += 1
        if flag:
            found.odd[metric].append((at, value))
            found.flags[metric][flag] += 1
    return found


def _of_days(trial: Trial, claims: Sequence[Claim]) -> Drawn:
    """From what the readings were summed up to; of those flagged, one each for a part of the chart."""
    found = Drawn()
    rows = without_controls(Rollup.objects.days().filter(trial=trial), claims)
    days = rows.values_list("metric", "phase", "begins")
    for metric, phase, begins, count, total in days.annotate(n=Sum("count"), sum=Sum("total")).order_by(
        "begins"
    ):
        found.series[metric, phase].append((begins, total / count))
        found.sizes[metric, phase] += count
    odd = without_controls(trial.measurements.exclude(flag=""), claims)
    for metric, flag, count in odd.values_list("metric", "flag").annotate(n=Count("pk")):
        found.flags[metric][flag] = count
    if found.flags:
        for metric, at, value in odd.values_list("metric", "at", "value")[:MOST]:
            found.odd[metric].append((at, value))
    return found


def chart_of(claim: Claim, drawn: Drawn, *, is_live: bool) -> dict[str, Any]:
    found = drawn.series
    baseline, trial = found[claim.metric, "baseline"], found[claim.metric, "trial"]
    names = ((Measurement.Phase.BASELINE, baseline), (Measurement.Phase.TRIAL, trial))
    return {
        "claim": claim,
        "caption": _("Readings: %(metric)s") % {"metric": metric_said(claim.metric)},
        "unit": claim.unit,
        "series": [
            *(
                {
                    "name": phase.label,
                    "kind": phase.value,
                    "points": thinned(points, DRAWN),
                    "level": level(points) if is_live and claim.method not in SHARES else None,
                }
                for phase, points in names
                if points
            ),
            *_odd(drawn.odd[claim.metric]),
        ],
        "target": target_level(claim, baseline),
        "count": sum(drawn.sizes[claim.metric, phase.value] for phase in Measurement.Phase),
        "flags": [(FLAGS[flag], count) for flag, count in drawn.flags[claim.metric].most_common()],
        "flagged": drawn.flags[claim.metric].total(),
    }


def _odd(points: list[tuple[datetime, float]]) -> list[dict[str, Any]]:
    """Marks without a line between them."""
    if not points:
        return []
    apart: list[tuple[datetime, float | None]] = []
    for at, value in thinned(sorted(points), MARKS):
        apart += [(at, value), (at, None)]
    return [{"name": _("Flagged reading"), "kind": "flagged", "points": apart}]


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
