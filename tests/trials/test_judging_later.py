"""The claims of a trial with many readings are judged by a worker, once, whatever becomes of workers."""

import pytest
from django.urls import reverse

from journal.workflow import IllegalTransition
from notifications.models import Notification
from tests.factories import UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Judging, Trial
from trials.services import judging_later
from trials.services.judging import recompute

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch):
    """What a trial of these tests has is too much to be judged while a person waits."""
    monkeypatch.setattr(judging_later, "AT_ONCE", 5)


@pytest.fixture(autouse=True)
def office():
    """Who hears of it."""
    return UserFactory(office=True)


def told(person):
    return Notification.objects.filter(template="trials/mail/measured", recipient=person).exists()


def page(client, trial, person, **headers):
    client.force_login(person)
    return client.get(trial.get_absolute_url(), headers=headers)


def verdict(trial):
    return trial.claims.get().verdict


def test_few_readings_are_judged_when_the_trial_ends(office):
    trial = stories.measured()
    assert (verdict(trial), trial.judging.is_done, trial.judging.readings) == ("met", True, 40)
    assert told(office) and services.judging_of(trial) is None
    assert services.judge_due() == 0


def test_many_are_judged_by_a_worker_and_the_report_waits_for_it(many, client, office):
    trial = stories.measured()
    assert (trial.status, verdict(trial), told(office)) == (Trial.Status.MEASURED, "", False)
    with pytest.raises(IllegalTransition):
        services.draft_report(trial, by=trial.engineer)
    shown = page(client, trial, trial.engineer).content.decode()
    assert "0 of 1 claim is judged, from 40 readings." in shown
    assert "Draft the report" not in shown
    piece = page(client, trial, trial.engineer, **{"HX-Target": "judging"})
    assert "<h1" not in piece.content.decode() and 'hx-trigger="every 3s"' in piece.content.decode()

    assert services.judge_due() == 1
    trial = Trial.objects.get(pk=trial.pk)
    assert (verdict(trial), trial.judging.judged) == ("met", 1)
    assert told(office)
    assert page(client, trial, trial.engineer, **{"HX-Target": "judging"}).headers["HX-Refresh"] == "true"
    assert "Draft the report" in page(client, trial, trial.engineer).content.decode()
    assert services.draft_report(trial, by=trial.engineer).verdict == "met"


def test_many_readings_of_a_trial_that_was_stopped_are_judged_by_a_worker_too(many, office):
    trial = stories.running()
    stories.measure(trial)
    services.stop(trial, by=trial.engineer, reason="The chiller is needed elsewhere.")
    assert verdict(trial) == ""
    assert services.judge_due() == 1
    assert (verdict(trial), told(office)) == ("met", False)


def broken(*_args, **_kwargs):
    raise ArithmeticError("no mean of nothing")


def test_a_fault_does_not_keep_a_trial_from_ending_and_a_worker_tries_again(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(judging_later, "recompute", broken)
        trial = stories.measured()
    assert (trial.status, verdict(trial)) == (Trial.Status.MEASURED, "")
    assert services.judge_due() == 1
    assert verdict(trial) == "met"


def test_a_fault_that_stays_is_shown_to_those_who_run_it_and_they_ask_again(
    many, monkeypatch, client, office
):
    trial = stories.measured()
    with monkeypatch.context() as patched:
        patched.setattr(judging_later, "recompute", broken)
        for _attempt in range(judging_later.MOST + 1):
            assert services.judge_due() == 0
    row = Judging.objects.get()
    assert (row.has_failed, row.attempts) == (True, judging_later.MOST)
    assert services.judge_due() == 0
    for person in (trial.engineer, office):
        shown = page(client, trial, person).content.decode()
        assert "ArithmeticError: no mean of nothing" in shown and "Judge the claims again" in shown
    shown = page(client, trial, UserFactory()).content.decode()
    assert "The claims could not be judged" in shown
    assert "ArithmeticError" not in shown and "Judge the claims again" not in shown
    with pytest.raises(IllegalTransition):
        services.draft_report(trial, by=trial.engineer)

    client.force_login(trial.engineer)
    client.post(reverse("trials:judge-again", args=[trial.slug]))
    assert services.judge_due() == 1
    assert verdict(trial) == "met"
    with pytest.raises(IllegalTransition):
        services.judge_again(trial, by=trial.engineer)


def test_what_a_killed_worker_had_begun_is_done_by_the_next_and_its_own_work_is_not_written(many):
    trial = stories.measured()
    lost = judging_later._begun(trial.judging.pk)
    assert services.judge_due() == 1
    trial.claims.update(verdict="not_met")
    assert not judging_later._written(lost, recompute(trial))
    assert verdict(trial) == "not_met"


def test_a_judging_that_kills_its_workers_is_given_up(many):
    trial = stories.measured()
    for _attempt in range(judging_later.MOST):
        assert judging_later._begun(trial.judging.pk)
    assert services.judge_due() == 0
    row = Judging.objects.get()
    assert row.has_failed and "3 workers were lost" in row.error


def test_of_workers_that_begin_at_once_one_judges(committed, many):
    trial = stories.measured()
    pk = trial.judging.pk
    found = at_once(*[lambda: judging_later.calculate(pk)] * 4)
    assert sorted(found) == [False, False, False, True]
    assert (verdict(trial), Judging.objects.get().is_done) == ("met", True)
    assert Notification.objects.filter(template="trials/mail/measured", channel="inbox").count() == 1
