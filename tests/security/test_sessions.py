"""Who is signed in, under which name the portal answers, and where its links lead."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as portal
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from rest_framework.throttling import AnonRateThrottle

from accounts.models import Membership, Organisation
from tests.factories import PASSWORD, UserFactory
from tests.security.world import ask, body

pytestmark = pytest.mark.django_db
ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example", "https:///evil.example", "http://testserver@evil.example", "http://testserver.evil.example",
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\n/evil.example", "\x01//evil.example",
    "ftp://testserver/", "http://[::1", "https://evil.example\\@testserver", " //evil.example",
    "／／evil.example",
)  # fmt: skip


@pytest.fixture
def known():
    user = UserFactory(email="known@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, **extra):
    data = {"login": "known@example.org", "password": PASSWORD}
    return client.post(reverse("account_login"), data | extra)


def stays_here(location: str) -> bool:
    """As a browser reads it, which takes a backslash for a slash and drops white space."""
    read = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return urlsplit(urljoin("http://testserver/en/", read))[:2] == ("http", "testserver")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_out_of_the_portal(client, known, target):
    for form in ("login", "set_language", "follow", "logout"):
        if form == "login":
            response = sign_in(client, next=target)
        elif form == "set_language":
            response = client.post(reverse("set_language"), {"language": "en", "next": target})
        elif form == "logout":
            response = client.post(reverse("account_logout"), {"next": target})
        else:
            organisation = Organisation.objects.create(slug=f"o{len(target)}", kind="sme", name_en="O")
            data = {"noun": "accounts.organisation", "object_id": organisation.pk, "next": target}
            response = client.post(reverse("notices:follow"), data)
        assert response.status_code == 302, form
        assert stays_here(response["Location"]), (form, response["Location"])


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED"])
def test_no_page_or_feed_repeats_a_host_that_the_request_named(client, header):
    for path in (
        "/en/",
        "/en/account/login/",
        "/en/wishes/feed/",
        "/api/v1/wishes/",
        "/api/schema/",
        "/en/no-such/",
    ):
        response = client.get(path, **{header: "evil.example"})
        assert response.status_code in (200, 400, 404)
        assert "evil.example" not in response.content.decode() + str(response.headers)


def test_membership_and_role_that_are_taken_away_are_gone_at_the_next_request(world):
    client = world.clients["approver_a"]
    url = reverse("people:members", args=["department-a"])
    assert ask(client, "GET", url).status_code == 200
    membership = Membership.objects.get(user=world.people["approver_a"])
    Membership.objects.filter(pk=membership.pk).update(role=Membership.Role.MEMBER)
    assert ask(client, "GET", url).status_code == 403
    hidden = world.hidden["wish"].get_absolute_url()
    assert ask(client, "GET", hidden).status_code == 200
    membership.delete()
    assert ask(client, "GET", hidden).status_code == 404


def test_signing_out_kills_the_session_itself_so_that_a_kept_cookie_opens_nothing(client, known):
    sign_in(client)
    kept = client.cookies["sessionid"].value
    assert client.get(reverse("people:profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=kept).exists()
    client.cookies["sessionid"] = kept
    assert client.get(reverse("people:profile")).status_code == 302


def test_a_session_key_that_someone_planted_is_never_adopted(client, known):
    client.cookies["sessionid"] = "planted0planted0planted0planted0"
    sign_in(client)
    assert client.cookies["sessionid"].value != "planted0planted0planted0planted0"
    assert not Session.objects.filter(session_key__startswith="planted").exists()


def test_the_api_answers_429_with_the_time_to_wait_and_others_go_on(client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "5/min", "user": "5/min"})
    answers = [client.get("/api/v1/topics/") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"
    said = answers[-1].json()
    assert (said["type"], said["title"], said["status"]) == ("about:blank", "Too Many Requests", 429)
    assert "throttled" in said["detail"]
    assert client.get("/api/v1/topics/", REMOTE_ADDR="10.1.1.1").status_code == 200
    assert client.get("/en/").status_code == 200


def test_a_made_up_address_header_does_not_get_around_the_throttle(client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "5/min", "user": "5/min"})
    answers = [client.get("/api/v1/topics/", HTTP_X_FORWARDED_FOR=f"10.9.9.{n}") for n in range(6)]
    assert answers[-1].status_code == 429


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "innoportal.settings",
    "INNOPORTAL_ENV": os.devnull,
    "SECRET_KEY": "k3Xz9-production-like-and-long-enough-for-the-check-0123456789-abcdefgh",
    "DEBUG": "false",
    "HTTPS": "true",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
}


def in_production(*command: str, **more: str) -> subprocess.CompletedProcess:
    unset = {"EMAIL_URL", "REDIS_URL", "DATABASE_URL", "DEMONSTRATION"}
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    environment = inherited | PRODUCTION | {"INNOPORTAL_DATA": str(portal.DATA_DIR)} | more
    return subprocess.run(
        [sys.executable, *command],
        cwd=portal.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_settings_of_production_pass_the_check_for_deployment():
    done = in_production(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", EMAIL_URL="smtp://mail:25"
    )
    assert done.returncode == 0, done.stdout + done.stderr


COOKIES = """
import django, json; django.setup()
from django.conf import settings
from django.test import Client
from django.middleware.csrf import get_token
names = ("SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE "
         "SESSION_COOKIE_DOMAIN SESSION_COOKIE_PATH CSRF_COOKIE_NAME CSRF_COOKIE_SECURE CSRF_COOKIE_HTTPONLY "
         "CSRF_COOKIE_SAMESITE CSRF_COOKIE_DOMAIN CSRF_COOKIE_PATH MAIL_CATCHER STAFF_SECOND_FACTOR")
answer = Client().get("/healthz", headers={"host": "portal.example.org"})
secure = Client().get("/healthz", secure=True, headers={"host": "portal.example.org"})
seen = {"plain": [answer.status_code, answer["Location"]], "hsts": secure["Strict-Transport-Security"]}
print(json.dumps({name: getattr(settings, name) for name in names.split()} | seen))
"""


def test_over_https_cookies_are_bound_to_the_host_and_plain_http_leads_away_from_itself():
    done = in_production("-c", COOKIES)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    for kind in ("SESSION", "CSRF"):
        assert said[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert (said[f"{kind}_COOKIE_SECURE"], said[f"{kind}_COOKIE_HTTPONLY"]) == (True, True)
        assert (said[f"{kind}_COOKIE_DOMAIN"], said[f"{kind}_COOKIE_PATH"]) == (None, "/")
        assert said[f"{kind}_COOKIE_SAMESITE"] == "Lax"
    assert said["STAFF_SECOND_FACTOR"] is True
    assert said["plain"] == [301, "https://portal.example.org/healthz"]
    assert said["hsts"] == "max-age=63072000; includeSubDomains; preload"


def test_a_portal_that_others_can_reach_never_shows_its_mails_even_if_no_mail_server_is_named():
    """Whoever reads the mails of others signs in as them."""
    done = in_production("-c", "from innoportal import settings; print(settings.MAIL_CATCHER)")
    assert done.stdout.split() == ["False"], done.stderr


@pytest.mark.parametrize("path", ["/en/no-such-page/", "/zh-hant/no-such-page/", "/zh-hans/no-such-page/"])
def test_a_page_that_is_not_there_says_so_in_the_readers_language_with_the_request_id(client, path):
    response = client.get(path, headers={"X-Request-ID": "abcdef-12345"})
    words = {"en": "There is no such page", "zh-hant": "找不到此頁", "zh-hans": "找不到此页"}
    assert response.status_code == 404
    assert response["X-Request-ID"] == "abcdef-12345"
    assert words[path.split("/")[1]] in body(response)


@pytest.mark.parametrize("given", ["x", "a b", "a" * 200, "<script>", "abc\ndef-123456", "願望願望願望願望"])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(client, given):
    assert client.get("/healthz", HTTP_X_REQUEST_ID=given)["X-Request-ID"] != given
