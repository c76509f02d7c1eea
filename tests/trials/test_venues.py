"""Venues: which suits, and never two trials on one day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import BookingFactory, TrialFactory, UserFactory, VenueFactory
from tests.threads import at_once
from tests.trials import stories
from trials import mapping, services
from trials.models import Booking, Trial, Venue
from trials.services import book_venue, cancel_booking, suited

pytestmark = pytest.mark.django_db
FIRST = date(2030, 3, 4)


def later(days: int) -> date:
    return FIRST + timedelta(days=days)


def booked(venue, first=0, last=6, **more) -> Booking:
    trial = more.pop("trial", None) or TrialFactory(running=True)
    return book_venue(venue, by=UserFactory(office=True), trial=trial, first=later(first), last=later(last))


def test_a_day_that_is_taken_is_not_given_twice_and_the_answer_names_it():
    venue = VenueFactory()
    booked(venue)
    for first, last in ((6, 9), (-3, 0), (2, 3), (-5, 20)):
        with pytest.raises(ValidationError, match="It is booked already: 4 Mar 2030 to 10 Mar 2030"):
            booked(venue, first, last)
    booked(venue, 7, 8)
    booked(VenueFactory())
    assert Booking.objects.count() == 3


def test_the_database_itself_refuses_two_bookings_of_one_day():
    one = BookingFactory()
    with pytest.raises(IntegrityError, match="venue_booked_once"):
        BookingFactory(venue=one.venue, days=one.days)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_at_once_one_has_the_venue(committed):
    venue, office = VenueFactory(), UserFactory(office=True)
    trials = [TrialFactory(running=True) for _ in range(5)]

    def work(number):
        first = later(number)
        return lambda: book_venue(
            venue, by=office, trial=trials[number], first=first, last=first + timedelta(days=6)
        )

    found = at_once(*[work(number) for number in range(5)])
    assert sum(isinstance(one, Booking) for one in found) == 1
    assert sum(isinstance(one, ValidationError) for one in found) == 4
    assert Booking.objects.count() == 1


def test_a_cancelled_booking_frees_its_days_and_stays_in_the_journal():
    venue = VenueFactory()
    one = booked(venue)
    cancel_booking(one, by=UserFactory(office=True))
    assert booked(venue).pk != one.pk
    verbs = Entry.objects.about(one.trial).in_order().values_list("verb", flat=True)
    assert list(verbs) == ["book_venue", "cancel_booking"]
    with pytest.raises(IllegalTransition):
        cancel_booking(one, by=UserFactory(office=True))


def test_days_in_a_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="before the first"):
        booked(VenueFactory(), 3, 2)


def test_what_is_free_and_gives_all_comes_first():
    full = VenueFactory(name_en="A", gives=["power", "lora"])
    bare = VenueFactory(name_en="B", gives=["indoor"])
    taken = VenueFactory(name_en="C", gives=["power", "lora"])
    booked(taken, 3, 3)
    ours = {full, bare, taken}  # a trial brings a venue of its own
    found = [one for one in suited(["power", "lora"], FIRST, later(5)) if one.venue in ours]
    assert [(one.venue, one.unmet, one.is_free) for one in found] == [
        (full, [], True),
        (bare, ["power", "lora"], True),
        (taken, [], False),
    ]
    assert all(one.is_free for one in suited([], later(4), later(5)))


# --- trials that end ----------------------------------------------------------------------------------
def around_today(trial, *spans) -> list[Booking]:
    """Of one venue, each from and to so many days from today."""
    venue, office, today = VenueFactory(), UserFactory(office=True), timezone.localdate()
    return [
        book_venue(
            venue,
            by=office,
            trial=trial,
            first=today + timedelta(days=first),
            last=today + timedelta(days=last),
        )
        for first, last in spans
    ]


def spans(bookings) -> list[tuple[int, int] | None]:
    """As days from today, the last one included; None where it is cancelled."""
    today, found = timezone.localdate(), []
    for one in bookings:
        one.refresh_from_db()
        ends = ((one.days.lower - today).days, (one.days.upper - today).days - 1)
        found.append(None if one.cancelled_at else ends)
    return found


def end_stopped(trial):
    services.stop(trial, by=trial.engineer, reason="Smoke.")


def end_measured(trial):
    services.finish(trial, by=trial.engineer)


@pytest.mark.parametrize("end", [end_stopped, end_measured])
def test_a_trial_that_ends_gives_the_days_to_come_back_and_keeps_those_that_it_had(end):
    trial = stories.running()
    others = around_today(stories.running(), (2, 4))
    bookings = around_today(trial, (-9, -8), (-3, 0), (1, 5), (8, 9))
    under_way = around_today(trial, (-2, 6))
    from_today = around_today(trial, (0, 3))
    end(trial)
    assert spans([*bookings, *under_way, *from_today]) == [(-9, -8), (-3, 0), None, None, (-2, 0), (0, 0)]
    assert spans(others) == [(2, 4)]
    entries = Entry.objects.about(trial).filter(
        verb__in=("cancel_booking", "end_booking"), actor_id=trial.engineer_id
    )
    last = (timezone.localdate() + timedelta(days=6)).isoformat()
    assert [one.verb for one in entries.in_order()] == ["cancel_booking"] * 2 + ["end_booking"] * 2
    assert entries.filter(verb="end_booking").in_order()[0].details["last"] == last
    booked_by_another = book_venue(
        under_way[0].venue,
        by=trial.engineer,
        trial=others[0].trial,
        first=timezone.localdate() + timedelta(days=1),
        last=timezone.localdate() + timedelta(days=6),
    )
    assert booked_by_another.pk


def test_days_booked_after_the_measuring_are_free_once_the_report_is_signed():
    report = stories.heard()
    bookings = around_today(report.trial, (-1, 4), (6, 7))
    stories.sign(report)
    assert spans(bookings) == [(-1, 0), None]


def test_a_trial_that_has_ended_books_nothing():
    trial = stories.running()
    end_stopped(trial)
    with pytest.raises(ValidationError, match="has ended"):
        around_today(trial, (1, 2))


@pytest.mark.parametrize("who", ["office", "engineer"])
@pytest.mark.parametrize("status", ["stopped", "closed"])
def test_days_of_a_trial_that_has_ended_are_given_back_by_office_and_engineer(client, who, status):
    trial = TrialFactory(running=True)
    bookings = around_today(trial, (-2, 5), (7, 8), (-5, -4))
    Trial.objects.filter(pk=trial.pk).update(status=status)
    venue = bookings[0].venue
    user = trial.engineer if who == "engineer" else UserFactory(office=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    urls = [reverse("trials:cancel-booking", args=[venue.slug, one.pk]) for one in bookings]
    page = client.get(venue.get_absolute_url()).content.decode()
    assert [url in page for url in urls] == [True, True, False]
    for url in urls:
        assert client.post(url).status_code == 302
    assert spans(bookings) == [(-2, 0), None, (-5, -4)]
    assert not any(url in client.get(venue.get_absolute_url()).content.decode() for url in urls)


def test_the_button_is_for_who_may_use_it(client):
    (booking,) = around_today(TrialFactory(running=True), (1, 2))
    client.force_login(UserFactory(engineer=True), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(booking.venue.get_absolute_url()).content.decode()
    assert "Book these days" in page
    assert reverse("trials:cancel-booking", args=[booking.venue.slug, booking.pk]) not in page


# --- pages --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_venues_as_for_one(client, count, django_assert_num_queries):
    trial = TrialFactory(running=True)
    Venue.objects.update(gives=["power"])
    for _ in range(count):
        BookingFactory(venue=VenueFactory(gives=["power"]), trial=trial)
    with django_assert_num_queries(2):
        page = client.get(reverse("trials:venues"), {"needs": ["power", "lora"]})
    assert len(page.context["rows"]) == count + 1
    assert page.content.decode().count("Does not give: LoRa (GWIN) coverage") == count + 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_bookings_as_for_one(
    client, count, django_assert_num_queries
):
    venue = VenueFactory(latitude="22.31930", longitude="114.16940", bim="BD-07-CH2", access_en="8 to 18")
    for number in range(count):
        booked(venue, number * 10, number * 10 + 5)
    with django_assert_num_queries(2):
        page = client.get(reverse("trials:venue", args=[venue.slug])).content.decode()
    assert page.count("Mar 2030 –") + page.count("Apr 2030 –") == count
    assert "geo:22.31930,114.16940" in page
    assert "BD-07-CH2" in page


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_who_may_book_asks_as_much_for_five_bookings_as_for_one(client, count):
    venue = VenueFactory()
    for number in range(count):
        booked(venue, number * 10, number * 10 + 5)
    client.force_login(UserFactory(office=True), backend="django.contrib.auth.backends.ModelBackend")
    client.get(venue.get_absolute_url())
    with CaptureQueriesContext(connection) as found:
        page = client.get(venue.get_absolute_url()).content.decode()
    assert page.count("/cancel/") == count
    about_bookings = [one["sql"] for one in found if 'FROM "trials_booking"' in one["sql"]]
    assert len(about_bookings) == 2  # those of the page, and which of them this person may cancel


def test_the_public_sees_the_days_and_not_whose_they_are(client):
    one = booked(VenueFactory(), trial=TrialFactory())
    page = client.get(reverse("trials:venue", args=[one.venue.slug])).content.decode()
    assert "4 Mar 2030 – 10 Mar 2030" in page
    assert str(one.trial.title) not in page
    assert "Book these days" not in page


def test_an_engineer_books_for_an_own_trial_and_is_told_when_a_day_is_taken(client):
    trial, venue = TrialFactory(running=True), VenueFactory()
    client.force_login(trial.engineer, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("trials:book", args=[venue.slug])
    values = {"trial": trial.pk, "first": FIRST.isoformat(), "last": later(6).isoformat()}
    assert client.post(url, values).status_code == 302
    answer = client.post(url, values)
    assert answer.status_code == 422
    assert answer.context["form"].errors["first"] == ["It is booked already: 4 Mar 2030 to 10 Mar 2030."]
    assert answer.context["form"]["last"].value() == later(6).isoformat()
    strange = client.post(url, {**values, "trial": TrialFactory(running=True).pk})
    assert set(strange.context["form"].errors) == {"trial"}
    client.post(reverse("trials:cancel-booking", args=[venue.slug, Booking.objects.get().pk]))
    assert not Booking.objects.in_force().exists()


def test_nobody_cancels_the_booking_of_anothers_trial(client):
    one = BookingFactory()
    client.force_login(UserFactory(engineer=True), backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("trials:cancel-booking", args=[one.venue.slug, one.pk])
    assert client.post(url).status_code == 404
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url).status_code == 403
    assert Booking.objects.in_force().exists()


def test_what_is_over_is_not_shown(client):
    today = timezone.localdate()
    venue = VenueFactory()
    trial = TrialFactory(running=True)
    office = UserFactory(office=True)
    book_venue(venue, by=office, trial=trial, first=today - timedelta(days=9), last=today - timedelta(days=1))
    book_venue(venue, by=office, trial=trial, first=today, last=today)
    page = client.get(reverse("trials:venue", args=[venue.slug]))
    assert [one.days.lower for one, *_shown in page.context["bookings"]] == [today]


def test_places_stand_on_the_map_where_they_are():
    """Peak Tower, Tai O and Sha Tau Kok: on land of the drawing; what is outside it has no marker."""
    places = {"peak": (22.2713, 114.1500), "tai-o": (22.2530, 113.8620), "sha-tau-kok": (22.5440, 114.2230)}
    venues = [VenueFactory(slug=name, latitude=lat, longitude=lon) for name, (lat, lon) in places.items()]
    venues += [VenueFactory(latitude=None, longitude=None), VenueFactory(latitude=1.29, longitude=103.85)]
    last = VenueFactory(latitude=22.3, longitude=114.2)
    found = mapping.markers([*venues, last])
    assert [marker.number for marker in found] == [1, 2, 3, 6]
    peak, tai_o, sha_tau_kok, _east = found
    assert tai_o.x < peak.x < sha_tau_kok.x
    assert sha_tau_kok.y < peak.y < tai_o.y
    assert all(0 < one.x < mapping.WIDTH and 0 < one.y < mapping.HEIGHT for one in found)


def test_pages_of_venues_draw_a_map_only_of_places_that_are_known(client):
    venue = VenueFactory(name_en="Depot", latitude=22.3, longitude=114.2)
    lost = VenueFactory(latitude=None, longitude=None)
    text = client.get(venue.get_absolute_url()).content.decode()
    assert "Map of Hong Kong: the place of Depot" in text
    assert "ip-map" not in client.get(lost.get_absolute_url()).content.decode()
    text = client.get(reverse("trials:venues")).content.decode()
    assert "the places of the venues listed" in text
    assert text.count("ip-map__place") == 1
    Venue.objects.update(latitude=None, longitude=None)
    assert "ip-map" not in client.get(reverse("trials:venues")).content.decode()
