"""A sign-in ends by itself, and elsewhere on demand, on the server."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600
START = "2026-11-09T01:00:00Z"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = 2 * HOUR, 12 * HOUR
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def known():
    user = UserFactory(email="known@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: Client) -> Client:
    client.post(reverse("account_login"), {"login": "known@example.org", "password": PASSWORD})
    return client


def is_in(client: Client, **headers: str) -> bool:
    return client.get(reverse("people:profile"), headers=headers).status_code == 200


def whys() -> list[str]:
    return [one.details.get("why", "") for one in Entry.objects.filter(verb="sign_out").order_by("pk")]


def test_who_does_nothing_for_two_hours_is_out(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    time_machine.shift(2 * HOUR)
    assert is_in(client)
    time_machine.shift(2 * HOUR + 1)
    assert not is_in(client)
    assert not Session.objects.exists()
    assert whys() == ["idle"]


def test_who_works_on_is_out_twelve_hours_after_the_sign_in(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    for _ in range(12):
        time_machine.shift(HOUR)
        assert is_in(client)
    time_machine.shift(1)
    assert not is_in(client)
    assert not Session.objects.exists()
    assert whys() == ["longest"]


def test_a_page_that_asks_again_by_itself_keeps_nobody_in(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    for _ in range(4):
        time_machine.shift(30 * MINUTE)
        assert is_in(client, **{"HX-Request": "true"})
    time_machine.shift(1)
    assert not is_in(client, **{"HX-Request": "true"})


def test_a_kept_cookie_opens_nothing_after_the_end(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    kept = sign_in(client).cookies["sessionid"].value
    time_machine.shift(2 * HOUR + 1)
    assert not is_in(client)
    time_machine.move_to(START, tick=False)  # even if the clock were turned back
    client.cookies["sessionid"] = kept
    assert not is_in(client)


def test_a_public_page_is_answered_as_to_a_visitor_and_says_why(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    time_machine.shift(2 * HOUR + 1)
    answer = client.get(reverse("about"))
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated
    assert "Your session was over. Sign in to go on." in answer.content.decode()


def test_a_session_of_before_the_limits_begins_with_its_next_request(client, known, time_machine):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    session = client.session
    del session["began_at"], session["seen_at"]
    session.save()
    assert is_in(client)
    time_machine.shift(2 * HOUR + 1)
    assert not is_in(client)


def test_use_is_written_down_once_in_five_minutes(client, known, time_machine, django_assert_num_queries):
    time_machine.move_to(START, tick=False)
    sign_in(client)
    is_in(client)
    time_machine.shift(4 * MINUTE)
    before = client.session["seen_at"]
    is_in(client)
    assert client.session["seen_at"] == before
    time_machine.shift(2 * MINUTE)
    is_in(client)
    assert client.session["seen_at"] == before + 6 * MINUTE


def test_signing_out_everywhere_else_kills_those_sessions_on_the_server(client, known):
    here, *others = [sign_in(one) for one in (client, Client(), Client())]
    stranger = Client()
    stranger.force_login(UserFactory())
    kept = [other.cookies["sessionid"].value for other in others]
    assert all(is_in(one) for one in (here, *others))
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert not Session.objects.filter(session_key__in=kept).exists()
    assert [is_in(one) for one in (here, *others, stranger)] == [True, False, False, True]
    assert whys() == ["elsewhere", "elsewhere"]
