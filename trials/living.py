"""What the live page of a trial tells: each claim's series, days with data, incidents, time at rest.

All of it comes from what the readings were summed up to, so that ten million of them are read as quickly as
ten thousand.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone

from journal.models import Entry
from trials.models import Claim, LogEntry, Measurement, Rollup, Trial
from trials.picture import Drawn, chart_of, without_controls

SHORT = timedelta(days=4)  # of measuring, in which hours are drawn instead of days
MOST_DAYS = 3660
STEPS = ("start", "pause", "resume", "finish", "stop")
LIVE = (Trial.Status.RUNNING, Trial.Status.PAUSED)


@dataclass(frozen=True)
class Days:
    """Days of the measuring so far, and those of them on which a claim's metric was read."""

    first_on: date
    last_on: date
    read: frozenset[date]

    @property
    def runs(self) -> list[tuple[date, int, bool]]:
        """Days in a row that have data, or have none: the first of them, how many, and which."""
        found: list[tuple[date, int, bool]] = []
        for number in range(self.total):
            day = self.first_on + timedelta(days=number)
            has = day in self.read
            if found and found[-1][2] == has:
                found[-1] = (found[-1][0], found[-1][1] + 1, has)
            else:
                found.append((day, 1, has))
        return found

    @property
    def total(self) -> int:
        return min((self.last_on - self.first_on).days + 1, MOST_DAYS)

    @property
    def count(self) -> int:
        return sum(length for _day, length, has in self.runs if has)


@dataclass(frozen=True)
class Rest:
    """A time in which the trial was paused; `until` is None while it is."""

    since: datetime
    until: datetime | None
    reason: str


def seen(trial: Trial) -> str:
    """A fingerprint of what the page shows: the same one means that there is nothing new. Two queries."""
    measured = trial.rollups.days().aggregate(n=Sum("count"), last=Max("pk"))
    entry = Entry.objects.about(trial).aggregate(last=Max("pk"))
    said = f"{trial.status} {measured['n']} {measured['last']} {entry['last']} {timezone.localdate()}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def living(trial: Trial, *, inside: bool) -> dict[str, Any]:
    """Everything that trials/live_piece.html reads; money and notes only for those inside."""
    claims = sorted(trial.claims.all(), key=lambda claim: (claim.position, claim.pk))
    entries = list(Entry.objects.about(trial).filter(verb__in=STEPS).order_by("at", "pk"))
    log = sorted(trial.log.all(), key=lambda entry: (entry.on, entry.pk), reverse=True)
    rests = _rests(entries)
    started, ended = _span(entries)
    drawn, read = _summed(trial, claims)
    return {
        "claims": [
            {"claim": claim, "chart": chart_of(claim, drawn, is_live=True)}
            | {"days": _days(read[claim.metric], started, ended)}
            for claim in claims
        ],
        "incidents": [entry for entry in log if entry.kind == LogEntry.Kind.INCIDENT],
        "rests": rests,
        "rest_hours": _hours(rests, ended),
        "started": started,
        "day": (timezone.localdate(ended) - timezone.localdate(started)).days + 1 if started else None,
        "planned_days": (trial.ends_on - trial.starts_on).days + 1,
        "shows_money": (inside or trial.shows_money)
        and (trial.budget_planned is not None or trial.budget_spent is not None),
        "is_live": trial.status in LIVE,
        "seen": seen(trial),
        "read_at": timezone.now(),
    }


def _summed(trial: Trial, claims: Sequence[Claim]) -> tuple[Drawn, dict[str, set[date]]]:
    """The means of days, or of hours while there are few days; and the days on which each metric was read."""
    rows = Rollup.objects.filter(trial=trial, metric__in=[claim.metric for claim in claims])
    rows = without_controls(rows, claims)
    found, read = _of(rows.days())
    if read and max(max(days) for days in read.values()) - min(min(days) for days in read.values()) < SHORT:
        found, _days_again = _of(rows.filter(grain=Rollup.Grain.HOUR))
    return found, read


def _of(rows: Any) -> tuple[Drawn, dict[str, set[date]]]:
    found = Drawn()
    read: dict[str, set[date]] = defaultdict(set)
    summed = rows.values_list("metric", "phase", "begins").annotate(n=Sum("count"), sum=Sum("total"))
    for metric, phase, begins, count, total in summed.order_by("begins", "metric", "phase"):
        found.series[metric, phase].append((begins, total / count))
        found.sizes[metric, phase] += count
        if phase == Measurement.Phase.TRIAL:
            read[metric].add(timezone.localdate(begins))
    return found, read


def _span(entries: Sequence[Entry]) -> tuple[datetime | None, datetime]:
    """From the start to the end, or to now."""
    moments = {entry.verb: entry.at for entry in entries}
    return moments.get("start"), moments.get("finish") or moments.get("stop") or timezone.now()


def _days(read: set[date], started: datetime | None, ended: datetime) -> Days | None:
    if started is None:
        return None
    return Days(timezone.localdate(started), timezone.localdate(ended), frozenset(read))


def _rests(entries: Sequence[Entry]) -> list[Rest]:
    found: list[Rest] = []
    for entry in entries:
        if entry.verb == "pause":
            found.append(Rest(entry.at, None, entry.reason))
        elif found and found[-1].until is None:
            found[-1] = Rest(found[-1].since, entry.at, found[-1].reason)
    return found


def _hours(rests: Sequence[Rest], ended: datetime) -> int:
    whole = sum(((rest.until or ended) - rest.since for rest in rests), timedelta())
    return round(whole / timedelta(hours=1))
