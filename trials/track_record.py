"""What the trials of a solution, or of all that a vendor offers, showed: the bad ones among the good."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from innoportal.languages import phrase
from innoportal.lib.looks import VERDICTS
from journal.models import Entry
from trials.models import Confirmation, Report, Trial

BEGINS, ENDS = ("start", "resume"), ("pause", "finish", "stop")


@dataclass(frozen=True)
class Tried:
    """One trial: `report` is the newest version that is public, also where it was withdrawn."""

    trial: Trial
    report: Any  # a Report that knows its `signed_claims`; None before there is one
    ran: timedelta | None

    @property
    def verdict(self) -> str:
        """What counts: never that of a report which was taken back."""
        if self.report and self.report.status == Report.Status.PUBLISHED:
            return str(self.report.verdict)
        stopped = self.trial.status == Trial.Status.STOPPED and not self.report
        return Report.Verdict.STOPPED.value if stopped else ""

    @property
    def hours(self) -> int | None:
        return None if self.ran is None else int(self.ran / timedelta(hours=1))

    @property
    def claims(self) -> list[tuple[str, Any]]:
        """Verdict and statement of each, as they were signed."""
        if not self.verdict or not self.report:
            return []
        told = self.report.signed_claims or []
        return [(one["verdict"], phrase(one["statement"]["en"], one["statement"]["zh"])) for one in told]


@dataclass(frozen=True)
class TrackRecord:
    rows: list[Tried]
    uses: list[Any] = field(default_factory=list)  # Confirmations, those in force first

    @property
    def hours(self) -> int:
        return int(sum((one.ran for one in self.rows if one.ran), timedelta()) / timedelta(hours=1))

    @property
    def sites(self) -> int:
        return len({one.trial.venue_id for one in self.rows})

    @property
    def departments(self) -> int:
        return len({one.trial.department_id for one in self.rows})  # type: ignore[attr-defined]

    @property
    def adopters(self) -> int:
        """Organisations that use any of it today, each once."""
        return len({one.organisation_id for one in self.uses if one.is_in_use})

    @property
    def reports(self) -> list[Any]:
        """Those that stand."""
        return [
            one.report for one in self.rows if one.report and one.report.status == Report.Status.PUBLISHED
        ]

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        """How often each came out, the best first; "" of trials without one."""
        counted = Counter(one.verdict for one in self.rows)
        return [(verdict, counted[verdict]) for verdict in (*VERDICTS, "") if counted[verdict]]


def track_record(
    trials: QuerySet[Trial], now: datetime, uses: QuerySet[Confirmation] | None = None
) -> TrackRecord:
    """Of these trials, the newest first, as far as they are public; three queries, however many, and one more
    for who uses what was tried.
    """
    public = trials.public().for_cards()  # type: ignore[attr-defined]
    rows = list(
        public.annotate(department_id=F("match__wish__organisation_id")).order_by("-plan_locked_at", "-pk")
    )
    keys = [trial.pk for trial in rows]
    reports, spans = _newest(keys), _ran(keys, now)
    tried = [Tried(trial, reports.get(trial.pk), spans.get(trial.pk)) for trial in rows]
    return TrackRecord(tried, [] if uses is None else list(uses.for_proof()))  # type: ignore[attr-defined]


def _newest(trials: list[int]) -> dict[int, Report]:
    """By trial; of the signed envelope no more than its claims."""
    found = Report.objects.public().filter(trial__in=trials).order_by("trial", "version")
    told = found.annotate(signed_claims=F("envelope__payload__claims"))
    columns = ("trial_id", "key", "reference", "status", "verdict", "version", "published_at")
    return {report.trial_id: report for report in told.only(*columns, "withdrawn_at", "withdrawal")}


def _ran(trials: list[int], now: datetime) -> dict[int, timedelta]:
    """How long each was under way, its pauses taken out, by what the journal says."""
    entries = Entry.objects.filter(
        noun=Trial._meta.label_lower, object_id__in=trials, verb__in=(*BEGINS, *ENDS)
    ).order_by("object_id", "at", "pk")
    told = entries.values_list("object_id", "verb", "at")
    return {
        trial: under_way([(verb, at) for _trial, verb, at in steps], now)
        for trial, steps in groupby(told, key=lambda one: one[0])
    }


def under_way(steps: Iterable[tuple[str, datetime]], now: datetime) -> timedelta:
    """The time between each beginning and what ended it; of one that still runs, until now."""
    total, since = timedelta(), None
    for verb, at in steps:
        if verb in BEGINS:
            since = since or at
        elif since:
            total, since = total + (at - since), None
    return total + (now - since) if since else total


def record_of(trials: QuerySet[Trial], uses: QuerySet[Confirmation] | None = None) -> TrackRecord:
    return track_record(trials, timezone.now(), uses)
