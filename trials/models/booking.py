from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.clock import today
from trials.models.trial import Trial
from trials.models.venue import Venue


class BookingQuerySet(models.QuerySet):
    def in_force(self) -> "BookingQuerySet":
        return self.filter(cancelled_at=None)

    def to_come(self) -> "BookingQuerySet":
        """With days that can be given back: one that has begun before today keeps today."""
        now = today()
        begins_later, goes_on = Q(days__startswith__gte=now), Q(days__endswith__gt=now + timedelta(days=1))
        return self.in_force().filter(begins_later | goes_on)


class Booking(models.Model):
    """Days on which a venue is one trial's. The database keeps two from having the same day."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="bookings")
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="bookings")
    days = DateRangeField(_("days"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking of a venue")
        verbose_name_plural = _("bookings of venues")
        constraints = [
            ExclusionConstraint(
                name="venue_booked_once",
                expressions=[("venue", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at=None),
            ),
            models.CheckConstraint(condition=Q(days__isempty=False), name="booking_has_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.venue_id} {self.days}"
