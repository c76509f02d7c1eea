"""What is told of a solution's and a vendor's trials, the bad ones among the good."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from solutions.models import Solution
from tests.factories import (
    CoAuthorFactory,
    MatchFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    VenueFactory,
)
from tests.trials import stories
from trials import services
from trials.models import Trial
from trials.track_record import record_of, under_way

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("steps", "hours"),
    [
        ([], 0),
        ([("start", at(0)), ("finish", at(10))], 10),
        ([("start", at(0)), ("pause", at(2)), ("resume", at(5)), ("finish", at(10))], 7),
        ([("start", at(0)), ("pause", at(2)), ("stop", at(9))], 2),
        ([("stop", at(3))], 0),  # before it began
        ([("start", at(0))], 24),
        ([("start", at(0)), ("pause", at(1))], 1),
    ],
)
def test_the_hours_of_a_trial_are_those_under_way(steps, hours):
    assert under_way(steps, at(24)) == timedelta(hours=hours)


def solution_page(client, solution: Solution) -> str:
    response = client.get(reverse("trials:proof-of-solution", args=[solution.slug]))
    assert response.status_code == 200
    return response.content.decode()


def vendor_page(client, vendor) -> str:
    response = client.get(reverse("trials:proof-of-organisation", args=[vendor.slug]))
    assert response.status_code == 200
    return response.content.decode()


def tried(solution: Solution, **kwargs):
    return stories.published(match=MatchFactory(approved=True, solution=solution), **kwargs)


@pytest.mark.django_db
def test_good_and_bad_verdicts_stand_side_by_side(client):
    solution = SolutionFactory(listed=True)
    good = tried(solution)
    bad = tried(solution, readings=stories.csv_of(baseline=100, trial=130))
    assert (good.verdict, bad.verdict) == ("met", "not_met")
    record = record_of(Trial.objects.filter(match__solution=solution))
    assert record.verdicts == [("met", 1), ("not_met", 1)]
    assert [[value for value, _said in one.claims] for one in record.rows] == [["not_met"], ["met"]]
    text = solution_page(client, solution)
    for report in (good, bad):
        assert reverse("trials:report", args=[report.slug]) in text
        assert reverse("trials:verify-report", args=[report.slug]) in text


@pytest.mark.django_db
def test_a_withdrawn_report_is_shown_and_counts_no_more(client):
    report = stories.published()
    services.withdraw_report(report, by=UserFactory(office=True), reason="A meter was wrong.")
    solution = report.trial.match.solution
    record = record_of(Trial.objects.filter(match__solution=solution))
    assert record.verdicts == [("", 1)]
    assert record.reports == []
    assert record.rows[0].claims == []
    text = solution_page(client, solution)
    assert report.reference in text
    assert "ip-verdict--met" not in text


@pytest.mark.django_db
def test_the_newest_version_is_the_one_that_counts(client):
    old = stories.published()
    fresh = services.erratum(old, by=old.trial.engineer, text_en="The unit was wrong.")
    services.hand_to_vendor(fresh, by=old.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    [row] = record_of(Trial.objects.filter(pk=old.trial_id)).rows
    assert row.report == fresh


@pytest.mark.django_db
def test_a_trial_that_was_stopped_says_so_and_one_being_planned_is_nobodys_business(client):
    solution = SolutionFactory(listed=True)
    stopped = stories.running(match=MatchFactory(approved=True, solution=solution))
    services.stop(stopped, by=stopped.engineer, reason="It leaked.")
    hidden = stories.planned(match=MatchFactory(approved=True, solution=solution))
    record = record_of(Trial.objects.filter(match__solution=solution))
    assert [one.trial for one in record.rows] == [stopped]
    assert record.verdicts == [("stopped", 1)]
    assert hidden.key not in solution_page(client, solution)


@pytest.mark.django_db
def test_sites_and_departments_are_counted_once_each():
    solution, venue = SolutionFactory(listed=True), VenueFactory()
    for _number in range(2):
        stories.locked(match=MatchFactory(approved=True, solution=solution), venue=venue)
    record = record_of(Trial.objects.filter(match__solution=solution))
    assert (len(record.rows), record.sites, record.departments, record.hours) == (2, 1, 2, 0)


@pytest.mark.django_db
def test_what_was_tried_stays_readable_when_the_vendor_takes_its_solution_back(client):
    report = stories.published()
    solution = report.trial.match.solution
    Solution.objects.filter(pk=solution.pk).update(status=Solution.Status.WITHDRAWN)
    text = solution_page(client, solution)
    assert report.reference in text
    assert f'href="{solution.get_absolute_url()}"' not in text


@pytest.mark.django_db
def test_a_draft_that_was_never_tried_has_no_page(client):
    assert client.get(reverse("trials:proof-of-solution", args=[SolutionFactory().slug])).status_code == 404


@pytest.mark.django_db
def test_a_vendor_has_its_own_trials_and_those_of_solutions_that_it_co_authors(client):
    own, shared, others = (stories.published() for _number in range(3))
    vendor = own.trial.match.solution.organisation
    CoAuthorFactory(accepted=True, solution=shared.trial.match.solution, organisation=vendor)
    text = vendor_page(client, vendor)
    assert own.reference in text
    assert shared.reference in text
    assert others.reference not in text


@pytest.mark.django_db
def test_a_department_is_no_vendor_and_one_that_was_merged_leads_to_who_stands(client):
    department = stories.locked().match.wish.organisation
    assert client.get(reverse("trials:proof-of-organisation", args=[department.slug])).status_code == 404
    stands = OrganisationFactory(kind="sme")
    gone = OrganisationFactory(kind="sme", merged_into=stands)
    response = client.get(reverse("trials:proof-of-organisation", args=[gone.slug]))
    assert (response.status_code, response["Location"]) == (
        301,
        reverse("trials:proof-of-organisation", args=[stands.slug]),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_proof_of_a_solution_takes_as_many_queries_for_five_trials_as_for_one(
    client, django_assert_num_queries, count
):
    solution = SolutionFactory(listed=True)
    for _number in range(count):
        tried(solution)
    with django_assert_num_queries(5):  # solution, trials with both sides, reports, journal, who uses it
        text = solution_page(client, solution)
    assert text.count('class="ip-card ip-card--trial"') == count


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_proof_of_a_vendor_takes_as_many_queries_for_five_trials_as_for_one(
    client, django_assert_num_queries, count
):
    vendor = OrganisationFactory(kind="startup")
    for _number in range(count):
        tried(SolutionFactory(listed=True, organisation=vendor))
    with django_assert_num_queries(5):  # vendor, trials with both sides, reports, journal, who uses it
        text = vendor_page(client, vendor)
    assert text.count('class="ip-card ip-card--trial"') == count


@pytest.mark.django_db
def test_the_pages_of_solution_vendor_and_report_lead_to_the_proof(client):
    report = stories.published()
    solution = report.trial.match.solution
    Solution.objects.filter(pk=solution.pk).update(status=Solution.Status.LISTED)
    of_solution = reverse("trials:proof-of-solution", args=[solution.slug])
    of_vendor = reverse("trials:proof-of-organisation", args=[solution.organisation.slug])
    assert of_solution in client.get(report.get_absolute_url()).content.decode()
    assert of_solution in client.get(solution.get_absolute_url()).content.decode()
    assert of_vendor in client.get(solution.organisation.get_absolute_url()).content.decode()
