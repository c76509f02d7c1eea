"""The ladder within one match: rung after rung of the same wish and the same solution."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import services as matching_services
from matching.models import Match
from tests.factories import MatchFactory, MembershipFactory, ReportFactory, TrialFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Report, Trial
from trials.services.laddering import evidence_on, to_climb, why_not_on
from trials.views.workspace import to_plan
from wishes.models import Wish

pytestmark = pytest.mark.django_db
BENCH = {"rung": "bench", "exit_cost": "500", "exit_en": "Unplug it.", "exit_zh": "拔掉。"}
WORDS = {"method_en": "Meters read each hour.", "stop_rules_en": "Stop when a room is too warm."}
NEXT = "trials:next-rung"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def office() -> User:
    return UserFactory(office=True)


def reported(**fields) -> Trial:
    """Closed, with its report published."""
    return Trial.objects.get(pk=stories.published(**(BENCH | fields)).trial_id)


def closed(**fields) -> Trial:
    """As `reported`, of rows alone."""
    match = fields.pop("match", None) or MatchFactory(status="closed", report="R-2026-9001")
    trial = TrialFactory(match=match, locked=True, **{"rung": "bench", "exit_cost": 500, **fields})
    Trial.objects.filter(pk=trial.pk).update(**{"status": "closed"})
    ReportFactory(trial=trial, published=True)
    return Trial.objects.get(pk=trial.pk)


def test_what_was_met_on_the_bench_leads_to_the_next_rung_of_its_match_without_another_review():
    trial = reported()
    wish, match = Wish.objects.get(pk=trial.match.wish_id), trial.match
    assert (trial.status, match.status, wish.status) == (
        "closed",
        "closed",
        "open",
    )  # a bench resolves nothing
    made = services.next_rung(trial, by=office(), match=match)
    match, wish = Match.objects.get(pk=match.pk), Wish.objects.get(pk=wish.pk)
    assert (made.match, made.rung, made.earlier, made.kind) == (match, "headquarters", trial, trial.kind)
    assert (made.exit_cost, made.exit_en) == (None, "Unplug it.")
    assert (match.status, wish.status, match.reviews.count()) == ("approved", "matched", 0)
    assert [one.trial for one in evidence_on(match)] == [trial]
    assert Entry.objects.about(match).filter(verb="climb").count() == 1
    assert [one.pk for one in match.trials.order_by("pk")] == [trial.pk, made.pk]


def climbed(trial: Trial) -> Trial:
    """The next rung of its match, run and reported."""
    made = services.next_rung(trial, by=trial.engineer, match=trial.match)
    services.update_plan(made, by=trial.engineer, exit_cost="1000")
    for item in Trial.CHECKLIST:
        services.tick(made, item, by=trial.engineer)
    services.lock(made, by=trial.engineer)
    services.start(stories.signed(made), by=trial.engineer)
    stories.measure(made)
    services.finish(made, by=trial.engineer)
    report = services.draft_report(made, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="We agree.")
    stories.sign(report)
    return Trial.objects.get(pk=made.pk)


def test_the_wish_is_resolved_by_what_was_met_on_its_site_and_each_rung_counts_with_its_report():
    bench = reported()
    headquarters = climbed(bench)
    assert Wish.objects.get(pk=bench.match.wish_id).status == "open"
    site = climbed(headquarters)
    match = Match.objects.get(pk=bench.match_id)
    assert [one.rung for one in (headquarters, site)] == ["headquarters", "site"]
    assert (match.status, match.report) == ("closed", Report.objects.get(trial=site).reference)
    assert match.wish.status == "resolved"
    services.next_rung(site, by=office(), match=match)  # several sites, though the wish is resolved
    assert Wish.objects.get(pk=match.wish_id).status == "resolved"
    assert {one.trial for one in evidence_on(match)} == {bench, headquarters, site}


def test_only_a_report_that_stands_leads_on_and_only_from_the_last_trial():
    measured = stories.measured(**BENCH)
    assert why_not_on(measured).startswith("The next rung on the same match follows when")
    with pytest.raises(IllegalTransition, match="when the trial is reported"):
        services.next_rung(measured, by=office(), match=measured.match)
    below = closed()
    above = closed(match=below.match, rung="headquarters")
    assert why_not_on(below).startswith("A later trial")
    assert why_not_on(above) == ""
    gone = {"status": "withdrawn", "withdrawn_at": timezone.now(), "withdrawal": "A wrong meter."}
    Report.objects.filter(trial=above).update(**gone)
    with pytest.raises(IllegalTransition, match="does not stand any more"):
        services.next_rung(above, by=office(), match=above.match)
    last = closed(rung="sites")
    with pytest.raises(IllegalTransition, match="another department"):
        services.next_rung(last, by=office(), match=last.match)
    assert to_climb(last, office()) == []


@pytest.mark.parametrize(
    ("side", "status", "said"),
    [("wish", "withdrawn", "no longer open"), ("solution", "withdrawn", "no longer listed")],
)
def test_what_one_side_has_taken_back_climbs_no_further(side, status, said):
    trial = closed()
    row = getattr(trial.match, side)
    type(row).objects.filter(pk=row.pk).update(**{"status": status})
    with pytest.raises(ValidationError, match=said):
        services.next_rung(trial, by=office(), match=trial.match)
    assert Match.objects.get(pk=trial.match_id).status == "closed"


def test_a_match_that_was_closed_without_a_report_does_not_climb():
    match = MatchFactory(status="closed")
    with pytest.raises(IllegalTransition, match="when its trial is reported"):
        matching_services.climb(match, by=office())


def test_of_one_match_a_rung_is_never_repeated_nor_a_lower_one_taken():
    below = closed(rung="headquarters")
    made = services.next_rung(below, by=office(), match=below.match)
    for rung, said in (
        ("bench", "on a higher one"),
        ("headquarters", "has had its trial"),
        ("", "on which rung"),
        ("replication", "a match, of its own"),
    ):
        with pytest.raises(ValidationError, match=said), transaction.atomic():
            services.update_plan(Trial.objects.get(pk=made.pk), by=office(), rung=rung)
    services.update_plan(Trial.objects.get(pk=made.pk), by=office(), rung="sites")  # a rung may be left out


def test_a_plan_given_up_before_it_was_locked_takes_no_rung():
    trial = closed()
    made = services.next_rung(trial, by=office(), match=trial.match)
    services.stop(made, by=office(), reason="The plant room is rebuilt.")
    match = Match.objects.get(pk=trial.match_id)
    assert (match.status, match.report) == ("closed", "R-2026-9001")  # that of the bench still counts
    again = services.next_rung(trial, by=office(), match=match)
    assert (again.rung, again.earlier) == ("headquarters", trial)


def test_what_was_stopped_after_its_plan_was_locked_is_reported_first():
    trial = closed()
    made = services.next_rung(trial, by=office(), match=trial.match)
    services.update_plan(made, by=made.engineer, exit_cost="1000", claims=[stories.ENERGY], **WORDS)
    services.lock(made, by=made.engineer)
    services.stop(made, by=made.engineer, reason="The pump is broken.")
    assert Trial.objects.filter(pk=made.pk).unended().exists()
    with pytest.raises(IllegalTransition):
        services.next_rung(trial, by=office(), match=Match.objects.get(pk=trial.match_id))
    with pytest.raises(DatabaseError, match="one_at_a_time"), transaction.atomic():
        TrialFactory(match=trial.match, rung="site")


def test_the_database_holds_one_trial_of_a_match_at_a_time_and_one_on_each_rung():
    running = TrialFactory(running=True, rung="bench")
    with pytest.raises(DatabaseError, match="trial_of_match_one_at_a_time"), transaction.atomic():
        TrialFactory(match=running.match, rung="headquarters")
    Trial.objects.filter(pk=running.pk).update(**{"status": "closed"})
    with pytest.raises(DatabaseError, match="trial_of_match_once_on_a_rung"), transaction.atomic():
        TrialFactory(match=running.match, rung="bench")
    TrialFactory(match=running.match, rung="headquarters", status="stopped")
    TrialFactory(match=running.match, rung="headquarters")


def test_of_two_who_propose_the_next_rung_at_once_one_makes_the_draft(committed):
    trial = closed()
    people = [office(), office()]
    found = at_once(
        *(
            lambda by=by: services.next_rung(
                Trial.objects.get(pk=trial.pk), by=by, match=Match.objects.get(pk=trial.match_id)
            )
            for by in people
        )
    )
    assert sorted(type(one).__name__ for one in found) == ["IllegalTransition", "Trial"]
    assert Trial.objects.filter(match=trial.match_id).count() == 2
    assert Entry.objects.about(trial.match).filter(verb="climb").count() == 1


def test_a_plan_on_a_rung_says_what_it_costs_to_end_it_there():
    trial = stories.planned(rung="site")
    with pytest.raises(ValidationError, match="cost to end it on this rung"):
        services.lock(trial, by=trial.engineer)
    services.update_plan(trial, by=trial.engineer, exit_cost=0)
    services.lock(trial, by=trial.engineer)


def test_the_page_offers_the_same_wish_first_and_leads_to_the_draft(client):
    trial = closed()
    other = MatchFactory(approved=True, solution=trial.match.solution)
    client.force_login(office())
    url = reverse(NEXT, args=[trial.slug])
    text = client.get(url).content.decode()
    assert "The same wish, on the next rung: EMSD headquarters" in text
    assert text.index(trial.match.key) < text.index(other.key)
    response = client.post(url, {"match": trial.match.key})
    made = Trial.objects.get(earlier=trial)
    assert response["Location"] == reverse("trials:edit", args=[made.slug])
    assert "A later trial of this match leads on from here." in client.get(url).content.decode()


def test_who_may_not_plan_for_the_department_is_not_asked(client):
    trial = closed()
    client.force_login(MembershipFactory(organisation=trial.match.solution.organisation).user)
    assert client.post(reverse(NEXT, args=[trial.slug]), {"match": trial.match.key}).status_code == 403
    assert Match.objects.get(pk=trial.match_id).status == "closed"


@pytest.mark.parametrize("count", [1, 4])
def test_the_match_shows_the_chain_of_its_trials_in_as_many_queries(client, django_assert_num_queries, count):
    first = closed()
    for rung in ("headquarters", "site", "sites")[: count - 1]:
        closed(match=first.match, rung=rung)
    url = reverse("trials:of-match", args=[first.match.key])
    assert url in client.get(first.match.get_absolute_url()).content.decode()
    with django_assert_num_queries(3):  # the match; its trials with their venues; their reports
        text = client.get(url).content.decode()
    references = [one.reference for one in Trial.objects.filter(match=first.match_id).order_by("pk")]
    assert len(references) == count
    assert [text.index(one) for one in references] == sorted(text.index(one) for one in references)
    assert text.count('href="/en/reports/R-') == count


def test_a_rung_that_is_planned_is_shown_to_those_who_plan_it_alone(client):
    trial = closed()
    made = services.next_rung(trial, by=office(), match=trial.match)
    url = reverse("trials:of-match", args=[trial.match.key])
    assert made.slug not in client.get(url).content.decode()
    client.force_login(trial.engineer)
    assert made.slug in client.get(url).content.decode()
    hidden = TrialFactory(match=MatchFactory()).match
    client.logout()
    assert client.get(reverse("trials:of-match", args=[hidden.key])).status_code == 404


def test_a_match_under_trial_waits_for_no_plan():
    user = office()
    waiting, held = MatchFactory(approved=True), TrialFactory().match
    assert [match.pk for match in to_plan(user)] == [waiting.pk]
    Trial.objects.filter(match=held).update(**{"status": "stopped"})
    assert {match.pk for match in to_plan(user)} == {waiting.pk, held.pk}


def test_a_trial_of_a_later_rung_stands_beside_the_earlier_in_the_lists(client):
    trial = closed()
    at = trial.plan_locked_at + timedelta(seconds=1)
    more = {"rung": "headquarters", "earlier": trial, "plan_locked_at": at}
    later = TrialFactory(running=True, match=trial.match, **more)
    text = client.get(reverse("trials:list")).content.decode()
    assert text.index(later.reference) < text.index(trial.reference)
