"""What is logged while people sign in, read mails and use keys: never an address, a password or a token.

By the portal's own configuration of its logs, and by the web server's log of requests with it.
"""

import copy
import json
import logging
import logging.config
import re
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from gunicorn.config import Config

from accounts.models.failures import FailedSignIn
from innoportal.discreet import HIDDEN
from innoportal.web import DiscreetLogger
from notifications.mails import unsubscribe_path, visitor_token
from notifications.tasks import sweep_letters
from tests import factories as make
from tests.factories import PASSWORD
from tests.trials import stories

pytestmark = pytest.mark.django_db
ADDRESS, STRANGER = "known.person@example.org", "new.person@example.org"
WRONG, NEW = "a wrong but long passphrase", "another long passphrase"
LOUD = logging.getLogger("tests.security.test_logs")


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def log(settings):
    """All that the portal's process writes, down to its lowest level; what stood before is put back."""
    written, root = StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    said = copy.deepcopy(settings.LOGGING)
    said["handlers"]["stderr"]["stream"] = written
    said["loggers"] = {}  # also what the portal leaves out
    said["root"]["level"] = "DEBUG"
    quiet = logging.getLogger("django.request").level
    logging.getLogger("django.request").setLevel(logging.NOTSET)
    logging.config.dictConfig(said)
    yield written
    root.handlers[:], root.level = before
    root.setLevel(before[1])
    logging.getLogger("django.request").setLevel(quiet)


@pytest.fixture
def requests():
    """The web server's log, whose name and form are gunicorn's own."""
    config, written = Config(), StringIO()
    config.set("accesslog", "-")
    server = DiscreetLogger(config)
    for handler in server.access_log.handlers:
        handler.setStream(written)

    def note(response):
        environ = dict(response.wsgi_request.environ)
        query = environ["QUERY_STRING"]
        environ["RAW_URI"] = environ["PATH_INFO"] + (f"?{query}" if query else "")
        answer = SimpleNamespace(status=str(response.status_code), sent=1, headers=[])
        server.access(answer, SimpleNamespace(headers=[]), environ, timedelta(milliseconds=5))

    yield SimpleNamespace(note=note, written=written)
    for one in (server.error_log, server.access_log):
        one.handlers.clear()
        one.propagate = True


@pytest.fixture
def browser(client, requests):
    """Each request is in the log of requests, too, with the page that it came from."""
    client.raise_request_exception = False

    def go(method, url, *args, **extra):
        extra.setdefault("HTTP_REFERER", f"http://testserver{url}")
        response = getattr(client, method)(url, *args, **extra)
        requests.note(response)
        return response

    return SimpleNamespace(
        get=lambda url, *args, **extra: go("get", url, *args, **extra),
        post=lambda url, *args, **extra: go("post", url, *args, **extra),
        client=client,
    )


@pytest.fixture
def known():
    user = make.UserFactory(email=ADDRESS, name="Known Person")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


@pytest.fixture
def silent(log, requests):
    """What must not be there, by any of its forms, once both logs have been written to."""

    def look(*secrets: str) -> None:
        LOUD.info("This line stands for a log that is really read")
        text = log.getvalue() + requests.written.getvalue()
        assert "This line stands for" in log.getvalue()
        assert '"GET /' in requests.written.getvalue() or '"POST /' in requests.written.getvalue()
        forms = {form for one in secrets for form in (one, one.replace("@", "%40"), one.replace(" ", "+"))}
        assert sorted(form for form in forms if form in text) == []

    return look


def test_signing_in_rightly_and_wrongly_and_too_often(browser, known, silent):
    login = reverse("account_login")
    for _ in range(7):
        browser.post(f"{login}?next=/en/&login={ADDRESS}", {"login": ADDRESS, "password": WRONG})
    FailedSignIn.objects.all().delete()
    assert browser.post(login, {"login": ADDRESS, "password": PASSWORD}).status_code == 302
    session = browser.client.cookies["sessionid"].value
    browser.get(reverse("people:profile"))
    silent(ADDRESS, WRONG, PASSWORD, session)


def test_signing_up_with_the_code_of_the_mail(browser, silent, mailoutbox):
    data = {"email": STRANGER, "password1": PASSWORD, "name": "New Person"}
    page = browser.post(reverse("account_signup"), data).url
    sweep_letters()
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mailoutbox[0].body, re.MULTILINE).group(1)
    browser.post(page, {"code": "WRONG1"})
    assert browser.post(page, {"code": code}).status_code == 302
    silent(STRANGER, PASSWORD, code)


def test_setting_a_new_password_by_the_link_of_a_mail(browser, known, silent, mailoutbox):
    browser.post(reverse("account_reset_password"), {"email": ADDRESS})
    sweep_letters()
    link = urlsplit(re.search(r"https?://\S+", mailoutbox[0].body).group()).path
    page = browser.get(link).url
    browser.post(page, {"password1": NEW, "password2": NEW})
    known.refresh_from_db()
    assert known.check_password(NEW)
    browser.get(link)
    silent(ADDRESS, NEW, link, link.rstrip("/").rpartition("/")[2])


def test_stopping_mails_by_their_links(browser, known, silent):
    path = unsubscribe_path(known.pk, ["follow"])
    visitor = make.VisitorFactory(email=STRANGER)
    token = visitor_token(visitor)
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 200
    browser.get(path.replace("unsubscribe/", "unsubscribe/x"))  # not found, which is logged as well
    browser.get(reverse("notices:by-mail", args=[token]))
    browser.post(reverse("notices:leave", args=[token]))
    silent(STRANGER, token, path.rstrip("/").rpartition("/")[2])


def test_an_error_on_a_secret_page_is_logged_without_the_link_and_what_it_quotes(
    browser, known, silent, log, monkeypatch
):
    def fails(*given):
        raise RuntimeError(f"no mail to {ADDRESS}")

    path = unsubscribe_path(known.pk, ["follow"])
    monkeypatch.setattr("notifications.views.services.silence", fails)
    assert browser.post(path).status_code == 500
    assert f"Internal Server Error: /en/notices/unsubscribe/{HIDDEN}/" in log.getvalue()
    assert f"RuntimeError: no mail to {HIDDEN}" in log.getvalue()
    silent(ADDRESS, path.rstrip("/").rpartition("/")[2])


def test_sending_readings_with_a_sensors_token(browser, silent):
    trial = stories.running()
    browser.client.force_login(trial.engineer)
    page = browser.post(reverse("trials:make-token", args=[trial.slug])).content.decode()
    token = re.search(r"ipt_[\w-]+", page).group()
    readings = reverse("api:measurement-list")
    for one, status in ((token, 422), (f"{token}x", 401)):
        head = {"HTTP_AUTHORIZATION": f"Bearer {one}"}
        answer = browser.post(f"{readings}?token={token}", json.dumps([{}]), "application/json", **head)
        assert answer.status_code == status
    silent(token, token.removeprefix("ipt_"))


def test_making_a_webhook_and_exchanging_its_secret(browser, silent, settings):
    settings.WEBHOOKS_LOCAL = True
    browser.client.force_login(make.UserFactory(administrator=True))
    data = {"url": "https://hooks.example.org/in", "note": "", "events": ["wish.published"]}
    answer = browser.post(reverse("notices:create-webhook"), data)
    secrets = re.findall(r"whsec_[\w+/=-]+", answer.content.decode())
    webhook = answer.context["webhook"]
    again = browser.post(reverse("notices:rotate-webhook", args=[webhook.key]))
    secrets += re.findall(r"whsec_[\w+/=-]+", again.content.decode())
    assert len(set(secrets)) == 2
    silent(*secrets, *(one.removeprefix("whsec_") for one in secrets))
