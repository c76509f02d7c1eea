"""What the cards of trials and reports say at a glance."""

import pytest
from django.urls import reverse

from tests.factories import TrialFactory
from tests.trials import stories

pytestmark = pytest.mark.django_db


def listed(client, name: str, language: str = "en") -> str:
    page = client.get(reverse(f"trials:{name}").replace("/en/", f"/{language}/", 1))
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize(
    ("rung", "said", "said_zh"),
    [
        ("bench", "Rung 1 of 5: Bench", "第 1 級（共 5 級）：實驗台"),
        ("replication", "Rung 5 of 5: Another department", "第 5 級（共 5 級）：另一部門"),
    ],
)
def test_the_card_of_a_trial_tells_its_rung_in_the_readers_language(client, rung, said, said_zh):
    TrialFactory(running=True, rung=rung, exit_cost=5000)
    assert said in listed(client, "list")
    assert said_zh in listed(client, "list", "zh-hant")


def test_the_card_of_a_report_tells_the_rung_of_its_trial(client):
    stories.published(rung="sites", exit_cost=0)
    assert "Rung 4 of 5: Several sites" in listed(client, "reports")


def test_a_trial_without_a_rung_says_nothing_of_it(client):
    stories.published()
    assert "Rung" not in listed(client, "list")
    assert "Rung" not in listed(client, "reports")


@pytest.mark.parametrize("count", [1, 5])
def test_the_rung_costs_no_query_of_its_own(client, django_assert_max_num_queries, count):
    TrialFactory.create_batch(count, running=True, rung="site", exit_cost=5000)
    with django_assert_max_num_queries(4):
        assert listed(client, "list").count("Rung 3 of 5: One site") == count
