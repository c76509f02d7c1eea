"""The ladder: rungs, what is carried to the next one, and what earlier trials found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import MatchFactory, MembershipFactory, TrialFactory, UserFactory
from tests.trials import stories
from trials import services
from trials.models import Trial
from trials.models.ladder import Rung, after
from trials.services.laddering import evidence_on, ladder_of, to_climb

pytestmark = pytest.mark.django_db
WAY_OUT = {"rung": "site", "exit_cost": "5000", "exit_en": "Take it out.", "exit_zh": "拆走。"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def another_match(trial: Trial, **kwargs):
    return MatchFactory(approved=True, solution=trial.match.solution, **kwargs)


def test_each_rung_leads_to_the_one_above_and_the_last_to_its_like():
    assert [after(rung) for rung in ("", *Rung.values)] == [*Rung.values, "replication"]


def test_the_next_rung_carries_the_plan_over_and_expects_what_was_measured():
    trial = stories.measured(**WAY_OUT)
    match = another_match(trial)
    made = services.next_rung(trial, by=UserFactory(office=True), match=match)
    made = Trial.objects.get(pk=made.pk)
    assert (made.status, made.rung, made.earlier, made.kind) == (
        "planning",
        "replication",
        trial,
        "replication",
    )
    assert (made.method_en, made.stop_rules_en, made.exit_en) == (
        trial.method_en,
        trial.stop_rules_en,
        "Take it out.",
    )
    assert made.exit_cost is None  # another site costs something else
    assert made.ends_on - made.starts_on == trial.ends_on - trial.starts_on
    old, new = trial.claims.get(), made.claims.get()
    estimate = old.result["estimate"]
    assert (new.metric, new.target, new.result, new.verdict) == (old.metric, old.target, {}, "")
    assert new.expected == Decimal(f"{estimate['effect']:.4f}")
    assert new.baseline == Decimal(f"{estimate['baseline_mean']:.4f}")
    assert Entry.objects.about(trial).filter(verb="next_rung").count() == 1


def test_within_one_department_the_next_rung_is_one_higher():
    trial = stories.measured(**WAY_OUT)
    match = another_match(trial, wish__organisation=trial.match.wish.organisation)
    made = services.next_rung(trial, by=UserFactory(office=True), match=match)
    assert (made.rung, made.kind) == ("sites", trial.kind)


def test_what_could_not_be_judged_is_not_expected_again():
    trial = stories.measured(readings=stories.csv_of(moments=4))
    made = services.next_rung(trial, by=UserFactory(office=True), match=another_match(trial))
    assert made.claims.get().expected is None


def test_no_rung_follows_a_trial_that_still_measures_or_of_another_solution():
    trial = stories.running()
    with pytest.raises(IllegalTransition, match="when the measuring is over"):
        services.next_rung(trial, by=trial.engineer, match=another_match(trial))
    over = stories.measured()
    with pytest.raises(ValidationError, match="another solution"):
        services.next_rung(over, by=over.engineer, match=MatchFactory(approved=True))


def test_a_trial_builds_only_on_one_of_its_solution_and_not_from_a_lower_rung():
    below = stories.measured(rung="site", exit_cost=0)
    match = another_match(below)
    for said, wrong in (
        ("same solution", {"earlier": stories.locked(), "rung": "sites"}),
        ("on which rung", {"earlier": below}),
        ("higher rung", {"earlier": below, "rung": "bench"}),
    ):
        with pytest.raises(ValidationError, match=said), transaction.atomic():
            stories.planned(match=match, **wrong)
    assert stories.planned(match=match, earlier=below, rung="site").earlier == below


def test_the_rung_is_part_of_the_locked_plan():
    plain, stepped = stories.locked(), stories.locked(**WAY_OUT)
    assert "ladder" not in services.plan_document(plain)  # as those before there were rungs
    assert services.plan_document(Trial.objects.get(pk=stepped.pk))["ladder"] == {
        "rung": "site",
        "earlier": None,
        "exit_cost": "5000.00",
        "exit": {"en": "Take it out.", "zh": "拆走。"},
    }
    for change in ({"rung": "bench"}, {"exit_cost": 1}, {"exit_en": "x"}, {"earlier": plain}):
        with pytest.raises(DatabaseError, match="locked plan"), transaction.atomic():
            Trial.objects.filter(pk=stepped.pk).update(**change)


def test_a_trial_does_not_build_on_itself():
    trial = TrialFactory()
    with pytest.raises(DatabaseError, match="trial_builds_on_another"), transaction.atomic():
        Trial.objects.filter(pk=trial.pk).update(earlier=trial)


def test_the_plan_shows_what_earlier_trials_found(client):
    report = stories.published(**WAY_OUT)
    match = another_match(report.trial)
    [found] = evidence_on(match)
    assert (found.trial, found.claim.metric, found.report) == (report.trial, "energy", report)
    client.force_login(UserFactory(office=True))
    text = client.get(reverse("trials:plan", args=[match.key])).content.decode()
    assert "What earlier trials of this solution found" in text
    assert report.reference in text


def test_the_next_rung_is_chosen_on_a_page_and_leads_to_its_draft(client):
    trial = stories.measured(**WAY_OUT)
    match = another_match(trial)
    url = reverse("trials:next-rung", args=[trial.slug])
    client.force_login(UserFactory(office=True))
    assert match.key in client.get(url).content.decode()
    assert client.post(url, {"match": "no-such"}).status_code == 422
    assert client.post(url, {"match": MatchFactory(approved=True).key}).status_code == 422
    response = client.post(url, {"match": match.key})
    made = Trial.objects.get(match=match)
    assert response["Location"] == reverse("trials:edit", args=[made.slug])
    assert match.key not in client.get(url).content.decode()  # it has its trial now


@pytest.mark.parametrize("count", [1, 5])
def test_the_ladder_takes_as_many_queries_for_five_trials_as_for_one(
    client, django_assert_num_queries, count
):
    first = TrialFactory(running=True, rung="site", exit_cost=5000)
    reference = first.match.solution.reference
    for _number in range(count - 1):
        TrialFactory(running=True, rung="sites", match=another_match(first))
    with django_assert_num_queries(2):  # trials with venue and department, reports
        response = client.get(reverse("trials:ladder"), {"solution": reference})
    text = response.content.decode()
    assert text.count('href="/en/trials/T-') == count
    assert "To end it there: HK$5,000" in text


def test_a_trial_that_is_planned_stands_on_no_ladder():
    trial = TrialFactory(rung="site", starts_on=timezone.localdate() + timedelta(days=3))
    user = UserFactory(office=True)
    assert [step.trials for step in ladder_of(trial.match.solution.reference, user)] == [[]] * 5


def test_evidence_and_ladder_are_of_the_solution_alone():
    report, other = stories.published(**WAY_OUT), stories.published(**WAY_OUT)
    assert [one.trial for one in evidence_on(another_match(report.trial))] == [report.trial]
    steps = ladder_of(other.trial.match.solution.reference, UserFactory(office=True))
    assert [one for step in steps for one in step.trials] == [other.trial]


def test_an_instrument_is_calibrated_anew_for_the_next_rung():
    papers = {"instrument": "Meter 7", "certificate": "C-1", "calibrated_on": timezone.localdate()}
    trial = stories.measured(claims=[stories.ENERGY | papers])
    made = services.next_rung(trial, by=UserFactory(office=True), match=another_match(trial))
    claim = made.claims.get()
    assert (claim.instrument, claim.certificate, claim.calibrated_on) == ("Meter 7", "", None)


def test_a_plan_given_up_before_its_lock_is_no_rung_to_climb_from():
    trial = stories.planned()
    services.stop(trial, by=trial.engineer, reason="The venue is closed.")
    with pytest.raises(IllegalTransition, match="when the measuring is over"):
        services.next_rung(trial, by=UserFactory(office=True), match=another_match(trial))


def test_an_approver_is_offered_the_matches_of_their_own_department():
    trial = stories.measured(**WAY_OUT)
    theirs, other = another_match(trial), another_match(trial)
    approver = MembershipFactory(organisation=theirs.wish.organisation, approver=True).user
    assert to_climb(trial, approver) == [theirs]
    assert to_climb(trial, UserFactory(office=True)) == [theirs, other]
