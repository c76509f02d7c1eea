"""Who asks too often: the answer, how long to wait, where it is counted, and that nobody is kept out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as portal
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import guessing, throttling
from accounts.models import FailedSignIn
from notifications.tasks import sweep_letters
from tests.factories import PASSWORD, UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
KNOWN = "known@example.org"
HERE = "10.0.0.99"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def known():
    user = UserFactory(email=KNOWN)
    EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)
    return user


def sign_in(client, email=KNOWN, password="wrong", **extra):  # noqa: S107  a wrong one
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def fail(client, times=5):
    """From as many networks."""
    return [sign_in(client, REMOTE_ADDR=f"10.0.0.{number}").status_code for number in range(times)]


@pytest.mark.parametrize("email", [KNOWN, "nobody@example.org"])
def test_the_sixth_wrong_sign_in_of_an_account_waits_whether_there_is_such_an_account_or_not(
    client, known, email
):
    answers = [sign_in(client, email, REMOTE_ADDR=f"10.0.0.{number}") for number in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert 290 <= int(answers[-1]["Retry-After"]) <= 300


def test_the_sixth_wrong_sign_in_from_a_network_waits_and_others_go_on(client, known):
    answers = [sign_in(client, f"guess{number}@example.org") for number in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert 50 <= int(answers[-1]["Retry-After"]) <= 60
    assert sign_in(Client(), password=PASSWORD, REMOTE_ADDR=HERE).status_code == 302


def test_right_passwords_are_not_counted(known):
    assert [sign_in(Client(), password=PASSWORD).status_code for _ in range(7)] == [302] * 7
    assert not FailedSignIn.objects.exists()


def test_a_cache_that_lost_everything_gives_no_new_tries(client, known):
    fail(client)
    cache.clear()
    assert sign_in(client, password=PASSWORD, REMOTE_ADDR=HERE).status_code == 429


def test_asking_while_one_has_to_wait_does_not_prolong_it(client, known, time_machine):
    now = datetime.now(UTC)
    time_machine.move_to(now, tick=False)
    fail(client)
    time_machine.move_to(now + timedelta(seconds=200), tick=False)
    assert [sign_in(client, REMOTE_ADDR=HERE)["Retry-After"] for _ in range(6)] == ["100"] * 6
    time_machine.move_to(now + timedelta(seconds=301), tick=False)
    assert sign_in(client, password=PASSWORD, REMOTE_ADDR=HERE).status_code == 302


def test_the_owner_gets_in_at_once_by_a_new_password(client, known, mailoutbox):
    fail(client)
    client.post(reverse("account_reset_password"), {"email": KNOWN})
    sweep_letters()
    [link] = re.findall(r"http://testserver(\S+)", mailoutbox[0].body)
    form = client.get(link).url
    new = "quite another password 2026"
    client.post(form, {"password1": new, "password2": new})
    assert sign_in(Client(), password=new, REMOTE_ADDR=HERE).status_code == 302


def test_what_is_counted_names_neither_the_account_nor_the_network(client, known):
    sign_in(client, REMOTE_ADDR="10.0.0.7")
    marks = " ".join(FailedSignIn.objects.values_list("mark", flat=True))
    assert "known" not in marks
    assert "10.0.0.7" not in marks


def test_old_failures_are_forgotten(client, known, time_machine):
    now = datetime.now(UTC)
    time_machine.move_to(now, tick=False)
    sign_in(client)
    time_machine.move_to(now + timedelta(hours=1, seconds=1), tick=False)
    sign_in(client)
    assert FailedSignIn.objects.count() == 2


def test_of_many_guesses_at_once_no_more_are_checked_than_of_many_in_a_row(committed, rf):
    def guess(number):
        request = rf.post("/", REMOTE_ADDR=f"10.0.0.{number}")
        try:
            guessing.begin(request, KNOWN)
        except throttling.TooMany:
            return "waits"
        return "checked"

    found = at_once(*(lambda number=number: guess(number) for number in range(12)))
    assert set(found) <= {"waits", "checked"}
    assert found.count("checked") <= 5


@pytest.mark.parametrize(
    ("language", "words", "tag"),
    [
        ("en", "Too many attempts", "en"),
        ("zh-hant", "嘗試次數過多", "zh-Hant"),
        ("zh-hans", "尝试次数过多", "zh-Hans"),
    ],
)
def test_the_page_speaks_the_readers_language_and_says_how_many_minutes(client, known, language, words, tag):
    fail(client)
    page = client.post(f"/{language}/account/login/", {"login": KNOWN, "password": "wrong"}, REMOTE_ADDR=HERE)
    body = page.content.decode()
    assert page.status_code == 429
    assert words in body
    assert f'lang="{tag}' in body
    assert re.search(r"\b5\b", body.partition("<main")[2])
    assert page["Cache-Control"] == "no-store"


def test_a_limit_of_allauth_answers_with_the_same_page(client, known):
    limits = portal.ACCOUNT_RATE_LIMITS
    assert "reset_password" not in limits  # allauth's own: five a minute for an address
    answers = [client.post(reverse("account_reset_password"), {"email": KNOWN}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_a_wrong_second_factor_too_often_is_answered_with_it_too(client, known):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(known, generate_totp_secret())
    sign_in(client, password=PASSWORD)
    answers = [client.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) == 300


def test_a_form_of_the_portal_keeps_what_was_typed_and_says_how_long(client, known, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "register_organisation": "1/h/key"}
    client.force_login(known)
    said = {"name_en": "Blue Harbour", "kind": "startup", "br_number": "70000001"}
    client.post(reverse("people:register"), said)
    answer = client.post(reverse("people:register"), said | {"name_en": "Green Harbour"})
    assert answer.status_code == 429
    assert "Green Harbour" in answer.content.decode()
    assert 3590 <= int(answer["Retry-After"]) <= 3600
