"""Venues: which one suits a trial, and whose it is on which days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.templatetags.languages import day
from journal.clock import today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Booking, Trial, Venue
from trials.services.planning import held, needs_unmet

LONGEST = 3 * 366  # days of one booking
ENDED = (Trial.Status.CLOSED, Trial.Status.STOPPED)


@dataclass(frozen=True)
class Suited:
    venue: Venue
    unmet: list[str]  # of what is needed
    is_free: bool  # on all the days asked about


def suited(needs: Iterable[str], first: date, last: date) -> list[Suited]:
    """All venues: free ones first, then by how little is missing; two queries."""
    needs = list(needs)
    venues = Venue.objects.select_related("organisation").with_bookings(first, last)
    found = [Suited(one, needs_unmet(needs, one.gives), not one.taken) for one in venues]
    return sorted(found, key=lambda one: (not one.is_free, len(one.unmet), one.venue.name_en, one.venue.pk))


@transaction.atomic
def book_venue(venue: Venue, *, by: User, trial: Trial, first: date, last: date) -> Booking:
    """The venue is the trial's from the first day to the last, both included.

    :raises ValidationError: the days are in a wrong order, or one of them is taken; or the trial has ended.
    """
    held(trial)
    if trial.status in ENDED:
        raise ValidationError({"trial": _("This trial has ended: it needs no venue any more.")})
    if last < first or (last - first).days >= LONGEST:
        raise ValidationError({"last": _("The last day comes before the first, or years after it.")})
    days = DateRange(first, last, "[]")
    try:
        with transaction.atomic():
            made = Booking.objects.create(venue=venue, trial=trial, days=days, made_by=by)
    except IntegrityError as error:
        if "venue_booked_once" not in str(error):
            raise
        raise ValidationError({"first": _taken(venue, days)}) from error
    record(trial, "book_venue", by=by, details=_told(venue, first, last))
    return made


def _taken(venue: Venue, days: DateRange) -> str:
    others = venue.bookings.in_force().filter(days__overlap=days).order_by("days")
    spans = [
        _("%(first)s to %(last)s") % dict(zip(("first", "last"), shown(one), strict=True)) for one in others
    ]
    return _("It is booked already: %s.") % ", ".join(spans)


def shown(booking: Booking) -> tuple[str, str]:
    """First and last day as people say them; the database keeps the day after the last."""
    return day(booking.days.lower), day(booking.days.upper - timedelta(days=1))


def _told(venue: Venue, first: date, last: date) -> dict[str, str]:
    return {"venue": venue.slug, "first": first.isoformat(), "last": last.isoformat()}


@transaction.atomic
def cancel_booking(booking: Booking, *, by: User) -> Entry:
    """Its days from now on are free: one that has begun before today ends today, as those before were used.

    :raises IllegalTransition: it is cancelled already, or has no day to come.
    """
    row = Booking.objects.in_force().select_for_update(of=("self",)).filter(pk=booking.pk).first()
    if row is None:
        raise IllegalTransition(_("The booking is cancelled already."))
    if row.days.lower >= today():
        return _cancel(row, by)
    if row.days.upper <= today() + timedelta(days=1):
        raise IllegalTransition(_("The booking has no day to come that could be given back."))
    return _end(row, by)


def release(trial: Trial, *, by: User) -> None:
    """From tomorrow on its venues are free; a booking under way ends today. The caller holds the trial."""
    to_come = trial.bookings.in_force().filter(days__endswith__gt=today() + timedelta(days=1))
    for row in to_come.select_related("venue").select_for_update(of=("self",)).order_by("pk"):
        if row.days.lower > today():
            _cancel(row, by)
        else:
            _end(row, by)


def _cancel(row: Booking, by: User) -> Entry:
    row.cancelled_at = timezone.now()
    row.save(update_fields=["cancelled_at"])
    return record(row.trial, "cancel_booking", by=by, details=_of(row))


def _end(row: Booking, by: User) -> Entry:
    """Today; the journal keeps until when it was booked."""
    given = _of(row)
    row.days = DateRange(row.days.lower, today(), "[]")
    row.save(update_fields=["days"])
    return record(row.trial, "end_booking", by=by, details={**given, "ends": today().isoformat()})


def _of(row: Booking) -> dict[str, str]:
    return _told(row.venue, row.days.lower, row.days.upper - timedelta(days=1))
