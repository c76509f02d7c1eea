import pytest
from django.contrib.auth.models import AnonymousUser

from matching.models import Match
from tests.factories import MatchFactory, ReviewFactory
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.django_db
LIST = "/api/v1/matches/"


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_api_lists_what_the_pages_show(client, standing):
    match = MatchFactory(status="wanting")
    public = MatchFactory(approved=True)
    MatchFactory()
    if user := person(standing, match):
        client.force_login(user)
    keys = {row["key"] for row in client.get(LIST).json()["results"]}
    assert keys == set(Match.objects.visible_to(user or AnonymousUser()).values_list("key", flat=True))
    assert public.key in keys
    seen = match.key in keys
    assert client.get(f"{LIST}{match.key}/").status_code == (200 if seen else 404)


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_figure_is_for_those_who_read_it_on_the_page(client, standing):
    match = MatchFactory(approved=True, probability=0.7)
    if user := person(standing, match):
        client.force_login(user)
    row = client.get(f"{LIST}{match.key}/").json()
    reads = standing in {
        "office",
        "expert",
        "auditor",
        "administrator",
        "department_member",
        "department_approver",
    }
    assert row["probability"] == (0.7 if reads else None)
    assert row["fit"] == "strong"


def test_a_match_names_no_person(client):
    review = ReviewFactory(match__approved=True)
    row = client.get(f"{LIST}{review.match.key}/").json()
    assert set(row) == {
        "key",
        "status",
        "wish",
        "solution",
        "feasibility",
        "fit",
        "probability",
        "created_at",
        "url",
    }
    assert review.reason not in str(row)


@pytest.mark.parametrize("count", [1, 5])
def test_a_list_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    MatchFactory.create_batch(count, approved=True)
    with django_assert_num_queries(2):  # count and rows
        assert len(client.get(LIST).json()["results"]) == count


@pytest.mark.parametrize("query", ["status=nothing", "feasibility=x", "topic=nothing", "number=" + "W" * 99])
def test_an_unknown_value_is_refused(client, query):
    assert client.get(f"{LIST}?{query}").status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_through_the_api(client, method):
    match = MatchFactory(approved=True)
    client.force_login(person("administrator", match))
    assert getattr(client, method)(f"{LIST}{match.key}/").status_code == 405
