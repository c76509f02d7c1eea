import pytest
from django.urls import reverse

from tests.factories import TopicFactory, UserFactory
from tests.trials import stories
from trials import keys
from trials.proof.verify import verify

pytestmark = pytest.mark.django_db


def get(client, path, **query):
    response = client.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_trial_is_given_without_people(client):
    trial = stories.measured(engineer=UserFactory(engineer=True, name="Engineer Wong"))
    (row,) = get(client, "trials/")["results"]
    assert row == get(client, f"trials/{trial.reference}/")
    assert (row["reference"], row["plan_hash"]) == (trial.reference, trial.plan_hash)
    assert row["claims"][0]["verdict"] == "met"
    text = client.get(f"/api/v1/trials/{trial.reference}/").content.decode()
    for hidden in ("Engineer Wong", trial.engineer.email, trial.key):
        assert hidden not in text
    assert not {"id", "pk", "engineer", "created_by", "key"} & set(row)


def test_what_is_planned_or_drafted_is_nowhere_even_for_the_office(client):
    trial, report = stories.planned(), stories.drafted()
    client.force_login(UserFactory(office=True))
    assert len(get(client, "trials/")["results"]) == 1  # that of the report
    assert get(client, "reports/")["results"] == []
    assert client.get(f"/api/v1/trials/{trial.key}/").status_code == 404
    assert client.get(f"/api/v1/reports/{report.key}/").status_code == 404


def test_a_report_is_given_with_its_signed_envelope(client):
    report = stories.published()
    row = get(client, f"reports/{report.reference}/")
    assert verify(row["envelope"], keys.public_keys(), "").genuine
    assert set(row) == {
        *("reference", "version", "status", "verdict", "trial", "published_at"),
        *("payload_hash", "previous_hash", "envelope"),
        *("withdrawn_at", "withdrawal", "errata"),
    }


@pytest.mark.parametrize("count", [1, 5])
def test_the_lists_take_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for _number in range(count):
        stories.published()
    with django_assert_num_queries(7):  # count, trials, wishes, solutions, claims, milestones, money
        assert len(get(client, "trials/")["results"]) == count
    with django_assert_num_queries(3):  # count, reports, what was put right in them
        assert len(get(client, "reports/")["results"]) == count


def test_the_filters_are_those_of_the_page(client):
    met, not_met = stories.published(), stories.published(readings=stories.csv_of(trial=101))
    topic = TopicFactory()
    met.trial.match.solution.topics.add(topic)
    for path in ("trials/", "reports/"):
        assert len(get(client, path, topic=topic.slug)["results"]) == 1
    assert [row["reference"] for row in get(client, "reports/", verdict="not_met")["results"]] == [
        not_met.reference
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("trials/", {"status": "secret"}),
        ("trials/", {"kind": "x"}),
        ("trials/", {"topic": "none"}),
        ("trials/", {"year": "soon"}),
        ("reports/", {"verdict": "splendid"}),
        ("reports/", {"organisation": "none"}),
    ],
)
def test_an_unknown_value_is_refused(client, path, query):
    assert client.get(f"/api/v1/{path}", query).status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(client, method):
    report = stories.published()
    client.force_login(UserFactory(administrator=True))
    assert getattr(client, method)(f"/api/v1/reports/{report.reference}/").status_code == 405


def test_the_pages_lead_to_the_same_numbers(client):
    report = stories.published()
    assert client.get(reverse("trials:report", args=[report.slug])).status_code == 200
