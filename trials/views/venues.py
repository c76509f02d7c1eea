"""Venues: what they give, when they are free, and whose they are."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from accounts.models import Role
from journal.workflow import IllegalTransition
from trials import months, services
from trials.case import trials_of
from trials.mapping import drawn
from trials.models import Booking, Trial, Venue
from trials.services.booking import ENDED, shown
from trials.venue_forms import BookingForm, SearchForm
from wishes.models import Wish


class VenueList(TemplateView):
    """All venues, those that suit first."""

    template_name = "trials/venues.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SearchForm(self.request.GET or None)
        form.is_valid()
        needs = getattr(form, "cleaned_data", {}).get("needs", [])
        first, last = form.period()
        rows = [
            {
                "venue": one.venue,
                "gives": labels(one.venue.gives),
                "unmet": labels(one.unmet),
                "is_free": one.is_free,
                "taken": [shown(booking) for booking in one.venue.taken],
            }
            for one in services.suited(needs, first, last)
        ]
        asked = {"form": form, "rows": rows, "needs": needs, "first": first, "last": last}
        return super().get_context_data(**kwargs, **asked, map=drawn(row["venue"] for row in rows))


def labels(gifts: list[str]) -> list[str]:
    return [str(Wish.SiteGift(one).label) for one in gifts]


class _OfVenue(View):
    def venue(self) -> Venue:
        return get_object_or_404(Venue.objects.select_related("organisation"), slug=self.kwargs["venue"])

    def may_book(self) -> bool:
        return bool(self.request.user.has_perm("trials.book_venue"))

    def show(self, venue: Venue, form: BookingForm | None = None, status: int = 200) -> HttpResponse:
        today = timezone.localdate()
        first = months.asked(self.request.GET.get("month", ""), today)
        wanted = Q(days__endswith__gt=today) | Q(days__overlap=months.span(first))
        rows = venue.bookings.in_force().filter(wanted).order_by("days")
        rows = list(rows.select_related("trial__match__solution") if self.may_book() else rows)
        own = cancellable(self.request.user).to_come().filter(venue=venue) if self.may_book() else []
        context = {
            "venue": venue,
            "map": drawn([venue]),
            "gives": labels(venue.gives),
            "bookings": [(one, *shown(one), one in own) for one in rows if one.days.upper > today],
            "month": months.month_of(first, rows, today, get_language() or "en"),
            "may_book": self.may_book(),
            "form": form or (BookingForm(trials=bookable(self.request.user)) if self.may_book() else None),
        }
        return render(self.request, "trials/venue.html", context, status=status)


def is_of_office(user: Any) -> bool:
    return bool(user.has_role(Role.OFFICE) or user.is_superuser)


def bookable(user: Any) -> QuerySet[Trial]:
    """Trials that are not over: all for the office, an engineer's own for an engineer."""
    rows = Trial.objects.visible_to(user).exclude(status__in=ENDED).select_related("match__solution")
    mine = rows if is_of_office(user) else rows.filter(pk__in=trials_of(user))
    return mine.order_by("starts_on", "pk")


def cancellable(user: Any) -> QuerySet[Booking]:
    """Of whichever trial for the office, also one that has ended; of an own trial for an engineer."""
    return Booking.objects.all() if is_of_office(user) else Booking.objects.filter(trial__in=trials_of(user))


class VenueDetail(_OfVenue):
    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        return self.show(self.venue())


class BookVenue(PermissionRequiredMixin, _OfVenue):
    permission_required = "trials.book_venue"
    http_method_names = ("post",)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def post(self, request: HttpRequest, venue: str) -> HttpResponse:
        place = self.venue()
        form = BookingForm(request.POST, trials=bookable(request.user))
        if form.is_valid():
            try:
                services.book_venue(place, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
        if form.errors:
            return self.show(place, form, 422)
        messages.success(request, _("The venue is booked."))
        return redirect(place)


class CancelBooking(BookVenue):
    def post(self, request: HttpRequest, venue: str, pk: int) -> HttpResponse:  # type: ignore[override]
        place = self.venue()
        own = cancellable(request.user).filter(venue=place)
        booking = get_object_or_404(own.select_related("trial__match", "venue"), pk=pk)
        try:
            services.cancel_booking(booking, by=request.user)
            messages.success(request, _("The booking is cancelled."))
        except IllegalTransition as error:
            messages.error(request, str(error))
        return redirect(place)
