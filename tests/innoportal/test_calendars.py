"""The calendars as another program reads them."""

from datetime import date, timedelta

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from innoportal.lib.calendars import Day, drawn
from notifications.models import Preference
from tests.factories import (
    CallFactory,
    FollowFactory,
    MembershipFactory,
    TopicFactory,
    TrialFactory,
    UserFactory,
    WishFactory,
)
from wishes import calls as call_verbs
from wishes import lasting
from wishes import services as wishes

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + timedelta(days=20)


@pytest.fixture
def office():
    return UserFactory(roles=[Role.OFFICE])


def parsed(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    assert "\r\n" in text and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = vobject.readOne(text)
    calendar.validate(raiseException=True)
    return calendar


def events(response):
    calendar = parsed(response)
    found = calendar.contents.get("vevent", [])
    assert len({one.uid.value for one in found}) == len(found)
    return {one.summary.value: one for one in found}


def one(response):
    [event] = events(response).values()
    return event


def calendar(client, name="wishes:calendar", *args, **query):
    return client.get(reverse(name, args=args), query)


def test_a_last_day_is_a_day_and_no_moment(client):
    wish = WishFactory(open=True, title_en="Dry; pipes, \\ and\nmore", closes_on=SOON)
    event = one(calendar(client))
    assert event.dtstart.value == SOON and event.dtend.value == SOON + timedelta(days=1)
    assert type(event.dtstart.value) is date
    assert event.summary.value == f"Proposals until: {wish.reference} {wish.title_en}"
    assert event.url.value.endswith(wish.get_absolute_url())
    assert event.status.value == "CONFIRMED" and event.transp.value == "TRANSPARENT"
    assert parsed(calendar(client)).contents["x-wr-timezone"][0].value == "Asia/Hong_Kong"


def test_a_day_that_is_moved_is_the_same_day_with_a_higher_number(client, office, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    wish = WishFactory(status="screening", closes_on=SOON)
    wishes.publish(wish, by=office)
    before = one(calendar(client))
    time_machine.shift(timedelta(seconds=2))
    lasting.renew(wish, by=office, closes_on=SOON + timedelta(days=5))
    after = one(calendar(client))
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == SOON + timedelta(days=5)
    assert after.last_modified.value > before.last_modified.value


def test_what_is_withdrawn_is_cancelled_by_its_number_alone(client, office, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    wish = WishFactory(status="screening", title_en="Dry pipes", closes_on=SOON, questions_until=SOON)
    wishes.publish(wish, by=office)
    before = events(calendar(client))
    time_machine.shift(timedelta(seconds=2))
    wishes.withdraw(wish, by=office, reason="No longer needed.")
    after = events(calendar(client))
    assert {one.uid.value for one in after.values()} == {one.uid.value for one in before.values()}
    assert {one.status.value for one in after.values()} == {"CANCELLED"}
    assert "Dry pipes" not in calendar(client).content.decode()
    assert min(int(one.sequence.value) for one in after.values()) > max(
        int(one.sequence.value) for one in before.values()
    )


def test_what_was_never_public_is_in_no_calendar(client, office):
    draft = WishFactory(closes_on=SOON)
    wishes.withdraw(draft, by=draft.created_by, reason="A mistake.")
    WishFactory(closes_on=SOON)
    CallFactory()
    TrialFactory()
    for name in ("wishes:calendar", "calls:calendar", "trials:calendar"):
        assert events(calendar(client, name)) == {}


def test_the_filters_of_the_list_narrow_its_calendar(client):
    topic = TopicFactory()
    inside = WishFactory(open=True, closes_on=SOON, topics=[topic])
    WishFactory(open=True, closes_on=SOON)
    assert inside.reference in one(calendar(client, topic=topic.slug)).summary.value
    page = client.get(reverse("wishes:list"), {"topic": topic.slug}).content.decode()
    assert f"{reverse('wishes:calendar')}?topic={topic.slug}" in page


def test_a_call_has_its_days_and_those_of_its_wishes(client, office):
    call = CallFactory(open=True, opens_on=timezone.localdate(), closes_on=SOON)
    wish = WishFactory(open=True, closes_on=SOON, call=call)
    WishFactory(open=True, closes_on=SOON)
    found = events(calendar(client, "calls:calendar-of", call.slug))
    assert len(found) == 3 and any(wish.reference in name for name in found)
    assert len(events(calendar(client, "calls:calendar"))) == 2
    assert (
        reverse("calls:calendar-of", args=[call.slug]) in client.get(call.get_absolute_url()).content.decode()
    )
    call_verbs.withdraw(call, by=office, reason="No longer needed.")
    found = events(calendar(client, "calls:calendar-of", call.slug))
    assert {one.status.value for one in found.values()} == {"CANCELLED"}
    assert calendar(client, "calls:calendar-of", "nothing").status_code == 404


def test_a_trial_lasts_from_its_first_to_its_last_day(client):
    trial = TrialFactory(running=True)
    event = one(calendar(client, "trials:calendar"))
    assert (event.dtstart.value, event.dtend.value) == (trial.starts_on, trial.ends_on + timedelta(days=1))
    type(trial).objects.update(status="stopped")
    assert one(calendar(client, "trials:calendar")).status.value == "CANCELLED"


@pytest.mark.parametrize("name", ["wishes:calendar", "calls:calendar", "trials:calendar"])
@pytest.mark.parametrize("count", [1, 5])
def test_a_calendar_asks_twice_however_many_days_it_has(client, name, count, django_assert_num_queries):
    for _ in range(count):
        WishFactory(open=True, closes_on=SOON)
        CallFactory(open=True, closes_on=SOON)
        TrialFactory(running=True)
    with django_assert_num_queries(2):  # things, journal
        calendar(client, name)


def test_who_has_it_is_told_so(client):
    WishFactory(open=True, closes_on=SOON)
    etag = calendar(client)["ETag"]
    assert client.get(reverse("wishes:calendar"), headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_each_language_has_its_words_for_the_same_days(client, language):
    WishFactory(open=True, title_en="Dry pipes", title_zh="乾渠", closes_on=SOON)
    english = one(client.get("/en/wishes/calendar.ics"))
    other = one(client.get(f"/{language}/wishes/calendar.ics"))
    assert other.uid.value == english.uid.value
    assert (other.summary.value == english.summary.value) == (language == "en")


def test_long_lines_of_chinese_are_folded_between_characters():
    text = drawn("日曆", [Day("x", SOON, "滲漏" * 60)]).decode()
    assert vobject.readOne(text).vevent.summary.value == "滲漏" * 60


# One's own


@pytest.fixture
def approver():
    user = MembershipFactory(approver=True).user
    Preference.objects.create(user=user, calendar_token="secret")
    return user


def test_ones_own_calendar_has_what_waits_and_what_is_followed(client, approver):
    department = approver.memberships.get().organisation
    mine = WishFactory(open=True, organisation=department, closes_on=timezone.localdate() + timedelta(days=5))
    followed = WishFactory(open=True, closes_on=SOON)
    FollowFactory(user=approver, topic=None, noun="wishes.wish", object_id=followed.pk)
    WishFactory(open=True, closes_on=SOON)
    response = calendar(client, "personal-calendar", "secret")
    found = events(response)
    assert any(followed.reference in name for name in found)
    assert any(mine.title_en in name for name in found)
    assert len(found) == 2
    assert "private" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    other = parsed(client.get(reverse("personal-calendar", args=["secret"]).replace("/en/", "/zh-hant/")))
    assert {one.uid.value for one in other.vevent_list} == {one.uid.value for one in found.values()}


def test_its_address_is_made_and_taken_back_by_its_owner_alone(client, approver):
    client.force_login(approver)
    url = reverse("notices:calendar-address")
    client.post(url)
    token = Preference.objects.get(user=approver).calendar_token
    assert token != "secret" and calendar(client, "personal-calendar", "secret").status_code == 404
    assert token in client.get(reverse("notices:settings")).content.decode()
    client.post(url, {"revoke": "1"})
    assert calendar(client, "personal-calendar", token).status_code == 404
    assert calendar(client, "personal-calendar", "None").status_code == 404


def test_a_closed_account_has_no_calendar(client, approver):
    type(approver).objects.filter(pk=approver.pk).update(is_active=False)
    assert calendar(client, "personal-calendar", "secret").status_code == 404
