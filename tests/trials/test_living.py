"""The live page of a running trial: who may look, what it tells, and how little it asks."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import LogEntryFactory, MembershipFactory
from tests.trials import stories
from trials import services
from trials.living import Days, living, seen
from trials.living import _span as span
from trials.models import Trial
from trials.templatetags.trial_days import day_strip, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def approver(trial: Trial):
    return MembershipFactory(organisation=trial.match.wish.organisation, approver=True).user


def aired(**kwargs) -> Trial:
    trial = stories.running(**kwargs)
    services.show_live(trial, by=approver(trial))
    return trial


@pytest.mark.parametrize("last", ["finish", "stop"])
def test_what_is_over_was_measured_until_its_end_and_not_until_now(last):
    begin, end = (timezone.now() - timedelta(days=days) for days in (9, 3))
    entries = [Entry(verb=verb, at=at) for verb, at in (("start", begin), (last, end))]
    assert span(entries) == (begin, end)


def live(trial: Trial) -> str:
    return reverse("trials:live", args=[trial.slug])


def ask_again(client, trial: Trial, seen_before: str):
    return client.get(live(trial), {"seen": seen_before}, headers={"HX-Request": "true"})


# Who may look


def test_a_running_trial_is_measured_behind_doors_until_its_department_opens_them(client):
    trial = stories.running()
    stories.measure(trial)
    detail, file = (reverse(f"trials:{name}", args=[trial.slug]) for name in ("detail", "measurements-file"))
    assert (client.get(live(trial)).status_code, client.get(file).status_code) == (404, 404)
    assert '<svg class="ip-lines"' not in client.get(detail).content.decode()
    client.force_login(approver(trial))
    client.post(reverse("trials:show-live", args=[trial.slug]))
    client.logout()
    assert (client.get(live(trial)).status_code, client.get(file).status_code) == (200, 200)
    assert '<svg class="ip-lines"' in client.get(detail).content.decode()
    services.hide_live(trial, by=approver(trial))
    assert client.get(live(trial)).status_code == 404
    verbs = Entry.objects.about(trial).filter(verb__endswith="_live").order_by("pk")
    assert [entry.verb for entry in verbs] == ["show_live", "hide_live"]


def test_only_an_approver_of_the_department_opens_it(client):
    trial = stories.running()
    vendor = MembershipFactory(organisation=trial.match.solution.organisation, approver=True).user
    member = MembershipFactory(organisation=trial.match.wish.organisation).user
    for person in (vendor, member, trial.engineer):
        client.force_login(person)
        assert client.post(reverse("trials:show-live", args=[trial.slug])).status_code == 403
    trial.refresh_from_db()
    assert not trial.is_live_public


def test_what_is_so_already_and_what_is_over_is_not_switched():
    trial = aired()
    by = approver(trial)
    with pytest.raises(IllegalTransition, match="already"):
        services.show_live(trial, by=by)
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    with pytest.raises(IllegalTransition, match="end of the measuring"):
        services.hide_live(trial, by=by)


def test_a_plan_has_no_live_page_even_for_its_engineer(client):
    trial = stories.planned()
    client.force_login(trial.engineer)
    assert client.get(live(trial)).status_code == 404


def test_after_the_measuring_the_page_leads_to_the_trial_and_stops_asking(client):
    trial = aired()
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    assert client.get(live(trial))["Location"] == trial.get_absolute_url()
    response = ask_again(client, trial, "before")
    assert response.status_code == 286
    assert "hx-get" not in response.content.decode()


# What it tells


def test_the_page_shows_series_target_band_days_incidents_and_rests(client):
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        trial = aired()
    stories.measure(trial)
    services.pause(trial, by=trial.engineer, reason="Typhoon.")
    LogEntryFactory(trial=trial, kind="incident", severity="high", text_en="A pipe burst.")
    LogEntryFactory(trial=trial, kind="note", text_en="Met Mr Lee.")
    text = client.get(live(trial)).content.decode()
    for said in (
        "Target 85.06",
        "95 % interval",
        "days have data",
        "A pipe burst.",
        "Typhoon.",
        "Day 4 of 31",
    ):
        assert said in text, said
    assert "Met Mr Lee." not in text
    assert '<svg class="ip-lines"' in text


def test_money_is_for_those_who_take_part(client):
    trial = aired()
    assert "Money planned" not in client.get(live(trial)).content.decode()
    client.force_login(trial.engineer)
    assert "Money planned" in client.get(live(trial)).content.decode()


def test_money_is_for_everyone_where_the_department_opens_it(client):
    trial = aired()
    Trial.objects.filter(pk=trial.pk).update(opened=[*trial.opened, Trial.Open.MONEY])
    assert "Money planned" in client.get(live(trial)).content.decode()


def test_time_at_rest_is_summed_over_pauses_and_runs_on_while_one_lasts():
    now = timezone.now()
    with time_machine.travel(now - timedelta(hours=30), tick=False):
        trial = stories.running()
        services.pause(trial, by=trial.engineer, reason="Typhoon.")
    with time_machine.travel(now - timedelta(hours=20), tick=False):
        services.resume(trial, by=trial.engineer)
    with time_machine.travel(now - timedelta(hours=5), tick=False):
        services.pause(trial, by=trial.engineer, reason="Painting.")
    with time_machine.travel(now, tick=False):
        shown = living(trial, inside=False)
    assert shown["rest_hours"] == 15
    assert [(rest.reason, rest.until is None) for rest in shown["rests"]] == [
        ("Typhoon.", False),
        ("Painting.", True),
    ]


def test_it_draws_hours_of_a_short_trial_and_days_of_a_long_one():
    trial = stories.running()
    stories.measure(trial, stories.csv_of(moments=20))
    [one] = living(trial, inside=True)["claims"]
    assert one["chart"]["count"] == 40
    assert len(one["chart"]["series"][1]["points"]) == 20  # each hour
    start = timezone.now().replace(hour=4) - timedelta(days=9)
    days = [f"energy,{(start + timedelta(days=day)).isoformat()},trial,70" for day in range(8)]
    stories.measure(trial, "\n".join(["metric,at,phase,value", *days]))
    [one] = living(trial, inside=True)["claims"]
    assert len(one["chart"]["series"][1]["points"]) < 12  # each day
    assert one["chart"]["count"] == 48


# Days


def days(*read: int, total: int = 10) -> Days:
    first = date(2026, 3, 1)
    last = first + timedelta(days=total - 1)
    return Days(first, last, frozenset(first + timedelta(days=number) for number in read))


def test_days_in_a_row_are_one_mark_and_gaps_are_named():
    some = days(0, 1, 2, 5, 6, 7, 8, 9)
    assert [(run[1], run[2]) for run in some.runs] == [(3, True), (2, False), (5, True)]
    assert told(some) == "8 of 10 days have data. None on: 4 Mar 2026 (2 days)."
    assert day_strip(some).count("<rect") == 3


def test_a_whole_trial_has_no_gap_and_a_broken_one_names_the_first_twelve():
    assert told(days(*range(10))) == "10 of 10 days have data."
    assert told(days(*range(0, 40, 2), total=40)).endswith("And 15 more gaps.")


# How little it asks


def test_nothing_is_sent_while_nothing_is_new(client):
    trial = aired()
    stories.measure(trial)
    before = seen(trial)
    response = ask_again(client, trial, before)
    assert (response.status_code, response.content) == (204, b"")
    now = (timezone.now() - timedelta(minutes=1)).isoformat()
    stories.measure(trial, f"metric,at,phase,value\nenergy,{now},trial,71\n")
    fresh = ask_again(client, trial, before)
    assert fresh.status_code == 200
    assert fresh.content.decode().startswith('<div id="live" hx-get=')
    assert f"seen={seen(trial)}" in fresh.content.decode()


def test_the_page_asks_again_by_itself_once_a_minute_and_no_oftener(client):
    text = client.get(live(aired())).content.decode()
    assert text.count("hx-trigger") == text.count('hx-trigger="every 60s"') == 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_live_page_takes_as_many_queries_for_five_claims_as_for_one(
    client, django_assert_num_queries, count
):
    claims = [stories.ENERGY | {"metric": f"energy-{number}"} for number in range(count)]
    trial = aired(claims=claims)
    for number in range(count):
        stories.measure(trial, stories.csv_of(f"energy-{number}"))
    with django_assert_num_queries(10):  # trial, wish, solution, claims, log, journal, days, hours, 2 of news
        text = client.get(live(trial)).content.decode()
    assert text.count("<figure") == count
    before = seen(trial)
    with django_assert_num_queries(7):  # trial, wish, solution, claims, log, 2 of news
        assert ask_again(client, trial, before).status_code == 204


def test_it_reads_no_reading_one_by_one(client, django_assert_num_queries):
    trial = aired()
    stories.measure(trial)
    with django_assert_num_queries(10) as found:
        client.get(live(trial))
    assert [query for query in found if "trials_measurement" in query["sql"]] == []
