"""What is left of the portal while one of its servers is away, and that nothing is lost meanwhile."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.cache import caches
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from kombu import Connection
from kombu.pools import producers

from innoportal import embedded
from innoportal.celery import app
from notifications import sending, tasks
from notifications.models import Delivery, Notification
from tests.factories import PASSWORD, MembershipFactory, NotificationFactory, UserFactory, WishFactory
from tests.matching.test_worker import address_of_the_test_database
from tests.security.world import soon
from tests.wishes.writing import write

CLOSED = "redis://127.0.0.1:1/0"
pytestmark = pytest.mark.faults


@pytest.fixture
def valkey_down(settings, monkeypatch):
    """Nothing listens where the cache is looked for, and no message can be sent."""
    settings.CACHES = {"default": {**portal.CACHES["default"], "LOCATION": CLOSED}}
    settings.REDIS_URL = CLOSED
    caches.settings = caches.configure_settings(None)
    monkeypatch.delattr(caches._connections, "default", raising=False)

    monkeypatch.setattr(app.amqp, "_producer_pool", producers[Connection(CLOSED)])
    yield
    monkeypatch.undo()


@pytest.mark.django_db
def test_without_valkey_pages_the_api_and_signing_in_still_answer(client, valkey_down):
    began = time.monotonic()
    WishFactory(open=True)
    for path in (
        "/en/",
        "/en/wishes/",
        "/zh-hans/solutions/",
        "/api/v1/wishes/",
        "/en/account/login/",
        "/healthz",
    ):
        assert client.get(path).status_code == 200, path
    assert client.get("/readyz").status_code == 503
    UserFactory(email="known@example.org")
    data = {"login": "known@example.org", "password": PASSWORD}
    assert client.post(reverse("account_login"), data).status_code == 302
    assert time.monotonic() - began < 20


@pytest.mark.django_db
def test_without_valkey_limits_still_hold(client, valkey_down):
    UserFactory(email="known@example.org")
    data = {"login": "known@example.org", "password": "wrong"}
    for _ in range(5):
        client.post(reverse("account_login"), data)
    response = client.post(reverse("account_login"), data | {"password": PASSWORD})
    assert response.status_code == 429


@pytest.mark.django_db
def test_without_valkey_a_wish_is_handed_in_and_its_mails_wait_in_the_outbox(
    client, valkey_down, django_capture_on_commit_callbacks
):
    member, approver = UserFactory(), UserFactory()
    department = MembershipFactory(user=member).organisation
    MembershipFactory(user=approver, organisation=department, approver=True)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    data = {"title_en": "T", "need_en": "N", "outcome_en": "O", "closes_on": soon()}
    with django_capture_on_commit_callbacks(execute=True):
        wish = write(client, data, organisation=department.pk)
        assert client.post(reverse("wishes:submit", args=[wish.slug])).status_code == 302
    wish.refresh_from_db()
    assert wish.status == "endorsement"
    assert Notification.objects.due().filter(recipient=approver, channel="email").count() == 1


@pytest.mark.django_db
def test_while_the_mail_server_is_away_mails_wait_ever_longer_and_go_out_once_it_is_back(
    settings, mailoutbox, time_machine
):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    rows = NotificationFactory.create_batch(
        3, channel="email", template="wishes/mail/publish", not_before=now
    )
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    waits = []
    for _ in range(3):
        tasks.sweep()
        waits.append(
            (Notification.objects.get(pk=rows[0].pk).not_before - timezone.now()).total_seconds() // 60
        )
        time_machine.shift(waits[-1] * 60 + 1)
    assert waits == [1, 2, 4]
    assert Delivery.objects.filter(accepted=False).count() == 9
    assert "refused" in Notification.objects.get(pk=rows[0].pk).last_error.lower()
    settings.EMAIL_BACKEND = backend
    tasks.sweep()
    tasks.sweep()
    assert len(mailoutbox) == 3
    assert sending.due(10) == []


def test_while_the_database_is_away_there_is_a_page_in_all_languages_and_then_everything_again(
    client, committed, monkeypatch
):
    client.raise_request_exception = False
    place = connection.settings_dict["PORT"]
    connections.close_all()
    monkeypatch.setitem(connection.settings_dict, "PORT", embedded.free_port())
    began = time.monotonic()
    for path in ("/en/wishes/", "/en/", "/api/v1/wishes/"):
        response = client.get(path)
        assert (response.status_code, response["Retry-After"]) == (503, "30"), path
    page = response.content.decode()
    for words in ("not available for the moment", "網上平台正在維護", "网上平台正在维护"):
        assert words in page
    assert "Traceback" not in page
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert time.monotonic() - began < 5
    monkeypatch.setitem(connection.settings_dict, "PORT", place)
    connections.close_all()
    assert client.get("/en/wishes/").status_code == 200


# --- a worker that is killed --------------------------------------------------------------------------
MAILS, KILLS = 60, 3


@pytest.fixture
def catcher(tmp_path):
    data = tmp_path / "caught"
    data.mkdir()
    port, kept = embedded.endpoints(data).mail_port, data / "mail"
    command = [sys.executable, "-m", "innoportal.catcher", str(port), str(kept)]
    process = subprocess.Popen(command, cwd=portal.BASE_DIR)
    end = time.monotonic() + 20
    while embedded.is_free(port) and time.monotonic() < end:
        time.sleep(0.1)
    yield data
    process.terminate()
    process.wait(10)


def worker(data: Path, log) -> subprocess.Popen:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address_of_the_test_database(),
        "INNOPORTAL_DATA": str(portal.DATA_DIR),
        "REDIS_URL": portal.REDIS_URL,
        "EMAIL_URL": embedded.email_url(data),
    }
    command = [sys.executable, "-m", "celery", "-A", "innoportal", "worker", "--pool", "solo"]
    command += ["--loglevel", "INFO", "--without-mingle", "--without-gossip"]
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def test_of_mails_under_way_when_a_worker_is_killed_none_is_lost_and_each_kill_repeats_one_at_most(
    committed, catcher, tmp_path
):
    from django.core.cache import cache

    cache.clear()
    rows = NotificationFactory.create_batch(MAILS, channel="email", template="wishes/mail/publish")
    chance = random.Random(20261121)
    sent = Notification.objects.exclude(sent_at=None)
    with (tmp_path / "worker.log").open("wb") as log:
        for round_ in range(KILLS + 1):
            running = worker(catcher, log)
            # A lease ends after minutes; here at once, since whoever held it is dead.
            Notification.objects.filter(sent_at=None).update(claimed_at=None)
            tasks.sweep.delay()
            goal = MAILS if round_ == KILLS else chance.randrange(5, 15) + sent.count()
            end = time.monotonic() + 60
            while sent.count() < min(goal, MAILS) and time.monotonic() < end:
                time.sleep(0.01)
            running.kill()
            running.wait()
    caught = [
        line.split(":", 1)[1].strip()
        for file in (catcher / "mail").glob("*.eml")
        for line in file.read_text(errors="replace").splitlines()
        if line.lower().startswith("message-id:")
    ]
    wanted = {f"<{row.message_id}@127.0.0.1>" for row in rows}
    assert set(caught) == wanted, (tmp_path / "worker.log").read_text()[-2000:]
    assert len(caught) - len(wanted) <= KILLS
