"""The page of the rematches: who reads it, what it tells, the two buttons; and the command line."""

import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation

from innoportal.celery import app
from journal.models import Entry
from matching import services, tasks
from matching.models import RematchRun
from tests.factories import (
    MatchFactory,
    RematchRunFactory,
    RematchShardFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.django_db
URL = "matching:runs"
READS = {"office", "auditor", "administrator"}
MAY = {"office", "administrator"}


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """The messages that are sent; no worker is there to take them."""
    sent = []
    monkeypatch.setattr(tasks.work_run, "apply_async", lambda args, **options: sent.append((*args, options)))
    return sent


def page(client, **headers) -> str:
    return client.get(reverse(URL), headers=headers).content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html.partition("<main")[2] or html)).split())


def half_done(**fields):
    """Ten wishes read in ten seconds, a third of the run; ten are left of the step."""
    run = RematchRunFactory(running=True, **fields)
    at = timezone.now() - timedelta(seconds=10)
    RematchShardFactory(run=run, step=1, size=10, state="done", claimed_at=at, done_at=timezone.now())
    RematchShardFactory(run=run, step=1, size=10)
    RematchShardFactory(run=run, step=4, size=20)
    return run


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_runs_is_said_twice_alike(standing):
    run = RematchRunFactory()
    user = person(standing, MatchFactory()) or AnonymousUser()
    assert user.has_perm("matching.view_run") == (standing in READS)
    assert RematchRun.objects.visible_to(user).filter(pk=run.pk).exists() == (standing in READS)


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_begins_one(client, standing):
    if user := person(standing, MatchFactory()):
        client.force_login(user)
    response = client.post(reverse("matching:start-run"))
    assert RematchRun.objects.count() == int(standing in MAY)
    assert response.status_code == (302 if standing in MAY or standing == "anonymous" else 403)
    assert Entry.objects.filter(verb="start").count() == int(standing in MAY)


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_cancels_one(client, standing):
    run = RematchRunFactory(running=True)
    if user := person(standing, MatchFactory()):
        client.force_login(user)
    response = client.post(reverse("matching:cancel-run", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == ("cancelled" if standing in MAY else "running")
    expected = 302 if standing in MAY or standing == "anonymous" else 403 if standing == "auditor" else 404
    assert response.status_code == expected
    if standing in MAY:
        assert "The rematch is cancelled." in page(client)


def test_the_workers_are_woken_and_the_person_is_named(client, woken, django_capture_on_commit_callbacks):
    client.force_login(UserFactory(office=True, name="Chan Tai Man"))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("matching:start-run"))
    run = RematchRun.objects.get()
    assert response.url == reverse(URL)
    assert [one[0] for one in woken] == [run.pk] * services.WAKES
    assert {one[1]["priority"] for one in woken} == {9}  # behind what people wait for
    text = words(page(client))
    assert "The rematch has begun." in text
    assert "Chan Tai Man" in text


def test_a_second_one_is_told_of_the_first(client):
    client.force_login(UserFactory(office=True))
    run = half_done()
    assert reverse("matching:start-run") not in page(client)
    client.post(reverse("matching:start-run"))
    at = timezone.localtime(run.started_at).strftime("%H:%M")
    assert f"A rematch is running since {at}: 1 of 3 shards are done." in words(page(client))
    assert RematchRun.objects.get() == run


def test_what_has_ended_is_not_cancelled(client):
    client.force_login(UserFactory(office=True))
    run = RematchRunFactory()
    assert reverse("matching:cancel-run", args=[run.pk]) not in page(client)
    client.post(reverse("matching:cancel-run", args=[run.pk]))
    assert "This rematch has ended already." in page(client)


def test_a_queue_that_is_down_does_not_undo_the_start(
    client, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.work_run, "apply_async", lambda *args, **options: 1 / 0)
    client.force_login(UserFactory(office=True))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("matching:start-run")).status_code == 302
    assert RematchRun.objects.active().exists()
    assert "Error calling" in caplog.text


def test_the_page_tells_how_far_it_is_and_looks_again_by_itself(client):
    half_done()
    client.force_login(UserFactory(auditor=True))
    html = page(client)
    text = words(html)
    assert "Asked for Running" in text
    assert "33% 1 of 3 shards are done. Read wishes: less than a minute left." in text
    assert "Read wishes 1 / 2 10 / 20 1.0" in text
    assert 'hx-trigger="every 3s"' in html
    assert "<button" not in html.partition("<main")[2]  # an auditor changes nothing
    piece = page(client, HX_Request="true")
    assert "<html" not in piece
    assert 'hx-trigger="every 3s"' in piece


def test_what_has_ended_is_not_looked_at_again_and_faults_are_told(client):
    run = RematchRunFactory(state="failed", reason="version")
    RematchShardFactory.create_batch(2, run=run, state="failed", error="ValueError: no text")
    client.force_login(UserFactory(office=True))
    html = page(client)
    assert "hx-trigger" not in html
    assert "New engine version Failed" in words(html)
    assert html.count("ValueError: no text") == 1


def test_an_empty_portal_is_no_error(client):
    client.force_login(UserFactory(office=True))
    assert "No rematch yet" in words(page(client))


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_in_chinese(client, language):
    half_done()
    client.force_login(UserFactory(office=True))
    with translation.override(language):
        text = words(page(client))
    said = {
        "zh-hant": ("重新配對", "讀取願望", "不足一分鐘"),
        "zh-hans": ("重新配对", "读取愿望", "不足一分钟"),
    }
    assert all(one in text for one in said[language])
    assert "shards" not in text


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for _ in range(count):
        RematchShardFactory(done=True, run__started_by=UserFactory())
    client.force_login(UserFactory(office=True))
    with django_assert_num_queries(6):  # session, person, unread notices, runs, their shards, their faults
        html = page(client)
    assert html.count('id="run-') == count


def told(**options) -> str:
    out = StringIO()
    call_command("rematch", stdout=out, **options)
    return out.getvalue()


def test_the_command_line_tells_how_far_it_is():
    assert told(status=True) == "Nothing has been rematched as a whole yet.\n"
    half_done(started_by=UserFactory(name="Chan Tai Man"))
    first, step, later = told(status=True).splitlines()
    assert first.startswith("Running: begun ")
    assert first.endswith("1 of 3 shards done")
    assert re.fullmatch(r"  Read wishes: 1 of 2 shards, 10 of 20, 1\.0 a second, \d+ s left", step)
    assert later == "  Match wishes: 0 of 1 shards, 0 of 20"


def test_the_command_line_cancels_and_says_when_there_is_nothing():
    run = half_done()
    assert told(cancel=True) == "Cancelled. What was written stays.\n"
    run.refresh_from_db()
    assert run.state == "cancelled"
    for verb in ("cancel", "wait"):
        with pytest.raises(CommandError, match="No rematch is running"):
            told(**{verb: True})


def test_the_command_line_waits_for_what_others_do(monkeypatch):
    run = half_done()
    shards = run.shards.exclude(state="done")

    def meanwhile(seconds):
        shards.update(state="done", claimed_at=timezone.now(), done_at=timezone.now())
        RematchRun.objects.update(state="done", finished_at=timezone.now())

    monkeypatch.setattr("matching.management.commands.rematch.time.sleep", meanwhile)
    assert told(wait=True).splitlines() == ["Read wishes: 20 of 20", "Match wishes: 20 of 20", "Done."]


@pytest.mark.usefixtures("engine")
def test_a_second_command_is_told_of_the_first():
    half_done()
    with pytest.raises(CommandError, match="1 of 3 shards are done"):
        told()


@pytest.mark.usefixtures("engine")
def test_a_sweep_sends_lost_messages_again(woken):
    WishFactory(open=True)
    SolutionFactory(listed=True)
    run = services.start()
    tasks.sweep()
    assert [one[0] for one in woken] == [run.pk] * 2  # as many as there are shards to begin with
    assert app.conf.beat_schedule["matching.sweep"]["schedule"] <= 30
