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
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Booking, Trial, Venue
from trials.services.planning import needs_unmet

LONGEST = 3 * 366  # days of one booking


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

    :raises ValidationError: the days are in a wrong order, or one of them is taken.
    """
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
    """:raises IllegalTransition: it is cancelled already."""
    if not Booking.objects.in_force().filter(pk=booking.pk).update(cancelled_at=timezone.now()):
        raise IllegalTransition(_("The booking is cancelled already."))
    return record(booking.trial, "cancel_booking", by=by, details={"venue": booking.venue.slug})
