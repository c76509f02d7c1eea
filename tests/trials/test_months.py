"""The calendar of a venue: a month at a time, whose days are whose only for who may book."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from tests.factories import BookingFactory, TrialFactory, UserFactory, VenueFactory
from trials.models import Booking
from trials.months import AHEAD, BACK, asked, month_of, span

TODAY = date(2026, 11, 22)
NOVEMBER = date(2026, 11, 1)


def row(first: date, last: date) -> Booking:
    return Booking(days=DateRange(first, last, "[)"))


def test_weeks_begin_on_sunday_and_are_whole():
    month = month_of(NOVEMBER, [], TODAY, "en")
    assert [len(week) for week in month.weeks] == [7] * 5
    assert (month.weeks[0][0].on, month.weeks[-1][-1].on) == (date(2026, 11, 1), date(2026, 12, 5))
    assert [day.on for week in month.weeks for day in week if day.is_today] == [TODAY]
    assert sum(day.is_within for week in month.weeks for day in week) == 30
    assert (span(NOVEMBER).lower, span(NOVEMBER).upper) == (date(2026, 11, 1), date(2026, 12, 5))


@pytest.mark.parametrize(
    ("language", "name", "sunday"),
    [
        ("en", "November 2026", ("Sun", "Sunday")),
        ("zh-hant", "2026年11月", ("週日", "星期日")),
        ("zh-hans", "2026年11月", ("周日", "星期日")),
    ],
)
def test_a_month_and_its_days_are_named_in_the_readers_language(language, name, sunday):
    month = month_of(NOVEMBER, [], TODAY, language)
    assert (month.name, month.week[0]) == (name, sunday)


def test_a_booking_has_its_first_and_its_last_day_and_no_more():
    """The end of a range is the day after the last."""
    begun, within = row(date(2026, 10, 20), date(2026, 11, 3)), row(date(2026, 11, 10), date(2026, 11, 12))
    month = month_of(NOVEMBER, [begun, within, row(date(2026, 12, 1), date(2026, 12, 3))], TODAY, "en")
    assert [day.on.day for day in month.booked] == [1, 2, 10, 11]
    december = [day.on for week in month.weeks for day in week if day.booking and not day.is_within]
    assert december == [date(2026, 12, 1), date(2026, 12, 2)]


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "11-2026", "x", "2026-11-05", "0001-01", "9999-12", "２０２６-１１"]
)
def test_an_address_that_names_no_month_near_shows_this_one(text):
    assert asked(text, TODAY) == NOVEMBER


def test_links_lead_a_month_back_and_a_year_ahead_and_end_there():
    assert (asked("2027-02", TODAY), month_of(NOVEMBER, [], TODAY, "en").after) == (
        date(2027, 2, 1),
        "2026-12",
    )
    first, last = asked("2026-10", TODAY), asked("2027-11", TODAY)
    assert (TODAY.month - first.month, (last.year - TODAY.year) * 12) == (BACK, AHEAD)
    assert (month_of(first, [], TODAY, "en").before, month_of(last, [], TODAY, "en").after) == ("", "")
    assert month_of(date(2027, 1, 1), [], TODAY, "en").before == "2026-12"
    assert asked("2026-09", TODAY) == asked("2027-12", TODAY) == NOVEMBER


@pytest.mark.django_db
def test_everyone_sees_which_days_are_booked_and_who_may_book_by_what(client):
    venue, trial = VenueFactory(), TrialFactory(running=True)
    today = timezone.localdate()
    BookingFactory(venue=venue, trial=trial, days=DateRange(today, today + timedelta(days=1), "[)"))
    other = BookingFactory(venue=venue, trial=trial, days=DateRange(today - timedelta(days=2), today, "[)"))
    other.cancelled_at = timezone.now()
    other.save()
    url = reverse("trials:venue", args=[venue.slug])
    public = client.get(url)
    assert [day.on for day in public.context["month"].booked] == [today]
    assert public.content.decode().count("Booked</span>") == 1
    assert trial.get_absolute_url() not in public.content.decode()
    later = today.replace(day=1) + timedelta(days=32)
    assert not client.get(url, {"month": f"{later:%Y-%m}"}).context["month"].booked
    client.force_login(UserFactory(engineer=True), backend="django.contrib.auth.backends.ModelBackend")
    assert trial.get_absolute_url() in client.get(url).content.decode()


@pytest.mark.django_db
def test_a_month_gone_by_shows_what_was_booked_then(client):
    venue, today = VenueFactory(), timezone.localdate()
    then = today.replace(day=1) - timedelta(days=1)
    BookingFactory(venue=venue, days=DateRange(then, then + timedelta(days=1), "[)"))
    page = client.get(reverse("trials:venue", args=[venue.slug]), {"month": f"{then:%Y-%m}"})
    assert [day.on for day in page.context["month"].booked] == [then]
    assert page.context["bookings"] == []
