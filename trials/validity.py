"""How long a published report stands for what it found, and what ends that sooner."""

from datetime import date
from typing import Literal

from django.db.models import DateField, F, Func, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.models import Report

State = Literal["valid", "expired", "superseded", "withdrawn"]
STATES = {
    "valid": _("Valid"),
    "expired": _("Expired"),
    "superseded": _("Replaced by a newer version"),
    "withdrawn": _("Withdrawn"),
}


class _Later(Func):
    """`later` in the database."""

    template = "(%(expressions)s))::date"
    arg_joiner = " + make_interval(years => "
    output_field = DateField()


def valid_until(report: Report) -> date:
    """The last day on which it counts as current, which is also what a full report says of itself.

    :raises ValueError: it was never published.
    """
    if report.published_at is None:
        raise ValueError("a report that was never published has no validity")
    return later(timezone.localdate(report.published_at), report.valid_years)


def state_of(report: Report, today: date) -> State:
    """What was withdrawn or replaced is that first, however long it would have been valid."""
    if report.status == Report.Status.WITHDRAWN:
        return "withdrawn"
    if report.status == Report.Status.SUPERSEDED:
        return "superseded"
    return "valid" if today <= valid_until(report) else "expired"


def still_valid(reports: QuerySet[Report], today: date) -> QuerySet[Report]:
    """Those of which `state_of` says valid."""
    ends = _Later(TruncDate("published_at"), F("valid_years"))
    return reports.filter(status=Report.Status.PUBLISHED).alias(ends=ends).filter(ends__gte=today)


def later(day: date, years: int) -> date:
    """The same day, that many years on; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
