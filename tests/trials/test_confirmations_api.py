"""Who uses what, over HTTP: what the proof page tells everyone, and not a word more."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.throttling import AnonRateThrottle

from solutions.models import Solution
from tests import factories as make
from tests.trials import stories

pytestmark = pytest.mark.django_db
PATH = "/api/v1/confirmations/"


def listed(client, **query):
    response = client.get(PATH, query)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def keys(client, **query):
    return [row["key"] for row in listed(client, **query)]


def test_a_confirmed_use_is_given_in_full_and_without_people(client):
    made = make.ConfirmationFactory(confirmed=True, scope_zh="三幢辦公大樓的冷水機組。")
    (row,) = listed(client)
    assert row == client.get(f"{PATH}{made.key}/").json()
    organisation = made.organisation
    assert row == {
        "key": made.key,
        "status": "confirmed",
        "solution": made.solution.reference,
        "organisation": {
            "slug": organisation.slug,
            "kind": organisation.kind,
            "name_en": organisation.name_en,
            "name_zh": organisation.name_zh,
        },
        "report": None,
        "in_use_since": made.in_use_since.isoformat(),
        "sites": 3,
        "scope_en": made.scope_en,
        "scope_zh": made.scope_zh,
        "statement_en": made.statement_en,
        "statement_zh": "",
        "ended_on": None,
        "ended_for": "",
        "url": f"http://testserver/en/proof/solutions/{made.solution.slug}/#users",
    }
    text = client.get(PATH).content.decode()
    for person in (made.created_by, made.confirmed_by):
        assert person.name not in text
        assert person.email not in text


def test_an_ended_one_stays_with_its_day_and_reason_behind_those_in_force(client):
    at = timezone.now() - timedelta(days=2)
    ended = make.ConfirmationFactory(ended=True, ended_at=at)
    stands = make.ConfirmationFactory(confirmed=True, in_use_since=timezone.localdate() - timedelta(days=900))
    first, last = listed(client)
    assert (first["key"], last["key"]) == (stands.key, ended.key)
    assert (last["ended_on"], last["ended_for"]) == (
        timezone.localdate(at).isoformat(),
        "The building was sold.",
    )


def test_what_strangers_do_not_read_is_nowhere_even_for_the_organisation_and_the_office(client):
    solution = make.SolutionFactory(listed=True)
    coauthor = make.CoAuthorFactory(solution=solution, accepted=True)
    hidden = [
        make.ConfirmationFactory(),
        make.ConfirmationFactory(status="dropped"),
        make.ConfirmationFactory(confirmed=True, solution=solution, organisation=coauthor.organisation),
        make.ConfirmationFactory(confirmed=True),  # of a solution that is taken back
    ]
    Solution.objects.filter(pk=hidden[3].solution_id).update(status="withdrawn")
    member = make.MembershipFactory(organisation=hidden[0].organisation, approver=True).user
    for reader in (None, member, make.UserFactory(office=True)):
        if reader:
            client.force_login(reader)
        assert listed(client) == []
        for one in hidden:
            assert client.get(f"{PATH}{one.key}/").status_code == 404


def test_of_a_solution_taken_back_it_stays_as_long_as_a_trial_of_it_is_public(client):
    report = stories.published()
    solution = report.trial.match.solution
    made = make.ConfirmationFactory(confirmed=True, solution=solution, report=report)
    Solution.objects.filter(pk=solution.pk).update(status="withdrawn")
    (row,) = listed(client, solution=solution.reference)
    assert (row["key"], row["report"]) == (made.key, report.reference)


def test_it_is_narrowed_by_solution_and_status(client):
    stands, ended = make.ConfirmationFactory(confirmed=True), make.ConfirmationFactory(ended=True)
    none = make.SolutionFactory(listed=True)
    assert keys(client, solution=stands.solution.reference) == [stands.key]
    assert keys(client, status="ended") == [ended.key]
    assert keys(client, status=["confirmed", "ended"]) == [stands.key, ended.key]
    assert keys(client, solution=ended.solution.reference, status="confirmed") == []
    assert keys(client, solution=none.reference) == []


@pytest.mark.parametrize(
    "query", [{"solution": "S-1999-0001"}, {"status": "proposed"}, {"status": "x"}, {"page": "0"}]
)
def test_an_unknown_value_is_refused(client, query):
    assert client.get(PATH, query).status_code == (404 if "page" in query else 400)


def test_a_solution_that_is_not_public_is_refused_like_one_that_never_was(client):
    hidden = make.SolutionFactory(listed=True)
    Solution.objects.filter(pk=hidden.pk).update(status="withdrawn")
    answers = [client.get(PATH, {"solution": one}) for one in (hidden.reference, "S-1999-0001")]
    assert [one.status_code for one in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


def test_it_comes_in_pages(client):
    make.ConfirmationFactory.create_batch(3, confirmed=True)
    first = client.get(PATH, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert (first["count"], len(first["results"]), len(second["results"])) == (3, 2, 1)
    assert len({row["key"] for row in first["results"] + second["results"]}) == 3


def test_who_asks_too_often_is_told_to_wait(client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    answers = [client.get(PATH, REMOTE_ADDR="203.0.113.77") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(client, method):
    made = make.ConfirmationFactory(confirmed=True)
    client.force_login(make.UserFactory(administrator=True))
    assert getattr(client, method)(f"{PATH}{made.key}/").status_code == 405
    assert client.get(f"{PATH}{made.key}/").json()["status"] == "confirmed"


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    made = make.ConfirmationFactory.create_batch(count, confirmed=True)
    with django_assert_num_queries(2):  # count, and rows with solution, organisation and report
        assert len(listed(client)) == count
    with django_assert_num_queries(1):
        client.get(f"{PATH}{made[0].key}/")
