from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.languages import Bilingual
from wishes.models import Wish


class VenueQuerySet(models.QuerySet):
    def with_bookings(self, first: date, last: date) -> "VenueQuerySet":
        """`taken`: what is booked between two days, both included."""
        from trials.models.booking import Booking  # it names the trial, which names the venue

        within = Booking.objects.in_force().filter(days__overlap=DateRange(first, last, "[]"))
        return self.prefetch_related(Prefetch("bookings", within.order_by("days"), to_attr="taken"))


class Venue(models.Model):
    """Premises on which trials run."""

    slug = models.SlugField(max_length=80, unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="venues", verbose_name=_("owner")
    )
    name_en = models.CharField(_("name in English"), max_length=200)
    name_zh = models.CharField(_("name in Traditional Chinese"), max_length=200)
    district_en = models.CharField(max_length=80, blank=True)
    district_zh = models.CharField(max_length=80, blank=True)
    gives = ArrayField(
        models.CharField(max_length=16, choices=Wish.SiteGift),
        verbose_name=_("what it can give"),
        default=list,
        blank=True,
    )

    latitude = models.DecimalField(
        _("latitude (WGS 84)"), max_digits=7, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude (WGS 84)"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    environment_en = models.CharField(_("environment, in English"), max_length=300, blank=True)
    environment_zh = models.CharField(_("environment, in Traditional Chinese"), max_length=300, blank=True)
    access_en = models.CharField(_("access hours, in English"), max_length=200, blank=True)
    access_zh = models.CharField(_("access hours, in Traditional Chinese"), max_length=200, blank=True)
    bim = models.CharField(_("BIM reference of the asset"), max_length=120, blank=True)

    name = Bilingual()
    district = Bilingual()
    environment = Bilingual()
    access = Bilingual()
    objects = VenueQuerySet.as_manager()
    taken: list[Any]  # as `with_bookings` reads them

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="venue_place_is_whole",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("trials:venue", args=[self.slug])
