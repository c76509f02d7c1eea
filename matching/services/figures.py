"""How well the order and the likelihood that experts saw agree with what they then said."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from django.db.models import Avg, Case, Count, F, FloatField, QuerySet, Value, When
from django.db.models.functions import Floor, Least, TruncMonth
from django.utils import timezone

from matching.models import Judgement

MONTHS = 24
FIRST = 5  # places
BINS = 10
APPROVED = Case(
    When(kind=Judgement.Kind.APPROVE, then=Value(1.0)), default=Value(0.0), output_field=FloatField()
)


@dataclass(frozen=True)
class Month:
    """`precision`: of what stood in the first five places of a wish, the share approved; mean over wishes."""

    month: date
    precision: float
    wishes: int
    verdicts: int


@dataclass(frozen=True)
class Bin:
    """A tenth of the scale: the likelihood shown, the share approved, of how many verdicts."""

    low: float
    foretold: float
    came: float
    verdicts: int


def precision_by_month(now: datetime | None = None) -> list[Month]:
    """Of the last two years; a month without verdicts has no row."""
    rows = (
        _verdicts(now)
        .filter(place__lte=FIRST)
        .annotate(month=TruncMonth("at"))
        .values("month", "wish")
        .annotate(share=Avg(APPROVED), verdicts=Count("pk"))
        .order_by("month")
    )
    months: dict[date, list] = defaultdict(list)
    for row in rows:
        months[timezone.localdate(row["month"])].append(row)
    return [
        Month(month, fmean(row["share"] for row in wishes), len(wishes), sum(r["verdicts"] for r in wishes))
        for month, wishes in months.items()
    ]


def calibration(now: datetime | None = None) -> list[Bin]:
    """What was foretold and what came, by tenths of the scale; a tenth without verdicts has no row."""
    rows = (
        _verdicts(now)
        .annotate(tenth=Least(Floor(F("probability") * BINS), Value(BINS - 1.0)))
        .values("tenth")
        .annotate(foretold=Avg("probability"), came=Avg(APPROVED), verdicts=Count("pk"))
        .order_by("tenth")
    )
    return [Bin(row["tenth"] / BINS, row["foretold"], row["came"], row["verdicts"]) for row in rows]


def _verdicts(now: datetime | None) -> QuerySet[Judgement]:
    """Those of experts: each has a ground, a refusal by the portal office has none."""
    since = (now or timezone.now()) - timedelta(days=MONTHS * 365.25 / 12)
    return Judgement.objects.filter(kind__in=Judgement.VERDICTS, at__gte=since).exclude(ground="")
