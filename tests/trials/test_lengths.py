"""The page of a plan: method templates, and how long the claims need while they are typed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import UserFactory
from tests.trials import stories
from trials.lengths import lengths
from trials.models import Claim
from trials.services.planning import incoherent
from trials.starting_points import STARTS

pytestmark = pytest.mark.django_db

ROW = {"metric": "energy", "method": "before_after", "target": "15", "baseline": "100", "spread": "30"}


def typed(*rows, **plan):
    data = {"claims-TOTAL_FORMS": len(rows), "claims-INITIAL_FORMS": 0, **plan}
    for number, row in enumerate(rows):
        data |= {f"claims-{number}-{name}": value for name, value in row.items()}
    return data


def answer(client, data):
    client.force_login(UserFactory())
    response = client.post(reverse("trials:lengths"), data)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_days_of_a_claim_are_told_while_it_is_typed(client):
    text = answer(client, typed(ROW))
    assert "64 days (64 readings) of baseline and as many of trial" in text
    assert "too few" not in text


def test_a_plan_that_is_too_short_is_told(client):
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=62)).isoformat()}
    assert "The plan has 63 days: too few." in answer(client, typed(ROW, **days))
    days["ends_on"] = (today + timedelta(days=63)).isoformat()
    assert "too few" not in answer(client, typed(ROW, **days))


@pytest.mark.parametrize(
    "wrong", [{"spread": "much"}, {"likeness": "1.5"}, {"target": ""}, {"method": "guess"}]
)
def test_what_is_typed_wrongly_is_not_there_yet(client, wrong):
    assert "64 days" not in answer(client, typed(ROW | wrong))


def test_an_empty_request_is_answered(client):
    assert "Write a claim" in answer(client, {})


def test_a_claim_that_says_too_little_is_asked_for_more():
    assert lengths([{"metric": "energy", "method": "threshold", "target": 5.0}], None, None) == [
        {"metric": "energy", "paired": False, "see": None, "prove": None, "planned": None, "short": False}
    ]


def test_the_page_of_a_kept_plan_tells_it_without_a_script(client):
    trial = stories.planned(claims=[stories.ENERGY | {"baseline": "100", "spread": "30"}])
    client.force_login(trial.engineer)
    page = client.get(reverse("trials:edit", args=[trial.slug])).content.decode()
    assert "64 days (64 readings)" in page
    assert "The plan has 31 days: too few." in page


@pytest.mark.parametrize("key", STARTS)
def test_a_template_adds_a_claim_and_keeps_what_was_typed(client, key):
    trial = stories.planned()
    client.force_login(trial.engineer)
    rows = [{name: stories.ENERGY[name] for name in stories.ENERGY} | {"target": "fifteen"}]
    data = typed(
        *rows, starts_on="2027-01-01", ends_on="", method_en="My own method.", stop_rules_en="", start=key
    )
    response = client.post(reverse("trials:edit", args=[trial.slug]), data)
    form, claims = response.context["form"], response.context["claims"]
    assert (response.status_code, len(claims)) == (200, 3)  # with an empty row for another
    assert claims[0]["target"].value() == "fifteen"
    assert claims[1]["method"].value() == STARTS[key]["claim"]["method"]
    assert form["method_en"].value() == "My own method."
    assert form["method_zh"].value() == STARTS[key]["method"][1]
    assert form["stop_rules_en"].value() == STARTS[key]["stop_rules"][0]
    assert trial.claims.get().metric == "energy"  # nothing is saved


@pytest.mark.parametrize("key", STARTS)
def test_a_template_is_a_claim_that_can_be_locked_once_its_promise_is_written(key):
    """What it leaves open is what only a person can say: the sentence, the target, who the control is."""
    start = {"metric": "energy", "target": 15, "statement_en": "So.", **STARTS[key]["claim"]}
    if key == "with_without":
        start["control"] = "meter-2"
    start["target"] = Decimal(start["target"])
    claim = Claim(**start)
    assert incoherent(claim) == []
