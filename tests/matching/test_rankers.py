"""The page of the weights: who reads it, what it tells, and the one click."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone, translation

from journal.models import Entry
from matching import services
from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION
from matching.models import Ranker
from tests.factories import JudgementFactory, MatchFactory, RankerFactory, UserFactory
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.django_db
URL = "matching:rankers"
READS = {"office", "auditor", "administrator"}
MAY = {"office", "administrator"}
FIGURES = {
    "verdicts": 312,
    "wishes": 52,
    "passed": True,
    "chance_log_loss": 0.69,
    "before": {"log_loss": 0.91234, "ndcg": 0.8562, "precision_5": 0.532},
    "after": {"log_loss": 0.48, "ndcg": 0.9408, "precision_5": 0.544},
    "p_values": {"log_loss": 0.0001, "chance": 0.0001, "ndcg": 0.0021},
}


def ranker(**fields) -> Ranker:
    ready = {"engine_version": ENGINE_VERSION, "weights": DEFAULT_WEIGHTS.as_dict()}
    return RankerFactory(**ready | fields)


def learnt(**fields) -> Ranker:
    return ranker(**{"training_fingerprint": "ab" * 32, "figures": FIGURES} | fields)


def page(client) -> str:
    return client.get(reverse(URL)).content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html.partition("<main")[2])).split())


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_weights_is_said_twice_alike(standing):
    one = ranker()
    user = person(standing, MatchFactory()) or AnonymousUser()
    assert user.has_perm("matching.view_ranker", one) == (standing in READS)
    assert Ranker.objects.visible_to(user).filter(pk=one.pk).exists() == (standing in READS)


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_one_click_by_every_standing(client, standing):
    before, other = services.active_ranker(), ranker()
    if user := person(standing, MatchFactory()):
        client.force_login(user)
    response = client.post(reverse("matching:activate-ranker", args=[other.pk]))
    assert services.active_ranker() == (other if standing in MAY else before)
    assert Entry.objects.about(other).count() == int(standing in MAY)
    expected = 302 if standing in MAY or standing == "anonymous" else 403 if standing == "auditor" else 404
    assert response.status_code == expected
    if standing in MAY:
        assert response.url == f"{reverse(URL)}#ranker-{other.pk}"
        assert "These weights are in use." in page(client)


def test_what_cannot_be_used_is_a_message_and_no_button(client):
    before, old = services.active_ranker(), ranker(engine_version="0.1")
    client.force_login(UserFactory(office=True))
    assert reverse("matching:activate-ranker", args=[old.pk]) not in page(client)
    client.post(reverse("matching:activate-ranker", args=[old.pk]))
    text = page(client)
    assert "made for another version of the engine" in text
    assert "Of another engine" in text
    assert services.active_ranker() == before


def test_the_page_tells_what_is_in_use_and_how_each_did(client):
    services.activate(learnt(), by=None)
    client.force_login(UserFactory(auditor=True))
    text = words(page(client))
    assert "Learnt from 312 verdicts on 52 wishes In use" in text
    assert "Log-loss, against the weights of then 0.912 0.480 0.0001" in text
    assert "Log-loss, against the share of approvals alone 0.690 0.480 0.0001" in text
    assert "nDCG at 10, against the weights of then 0.856 0.941 0.0021" in text
    assert "Precision at 5, against the weights of then 0.532 0.544 –" in text
    assert f"Price within the budget {DEFAULT_WEIGHTS.weights['budget']:.2f}" in text
    assert "<button" not in page(client).partition("<main")[2]  # an auditor changes nothing


def test_the_button_says_whether_it_leads_on_or_back_and_what_did_no_better_has_none(client):
    now = timezone.now()
    oldest, middle, newer, newest = (
        ranker(created_at=now - timedelta(days=30)),
        ranker(created_at=now - timedelta(days=20)),
        learnt(created_at=now - timedelta(days=10)),
        learnt(created_at=now, figures=FIGURES | {"passed": False}, training_fingerprint="f" * 64),
    )
    services.activate(middle, by=None)
    client.force_login(UserFactory(office=True))
    rows = dict(re.findall(r'<li id="ranker-(\d+)">(.*?)</li>', page(client), re.S))
    told = {one: rows[str(one.pk)] for one in (oldest, middle, newer, newest)}
    assert "Go back to these weights" in told[oldest]
    assert "Use these weights" in told[newer]
    assert "In use" in told[middle]
    assert "No better than those in use then" in told[newest]
    assert [("<button" in told[one]) for one in (oldest, middle, newer, newest)] == [True, False, True, False]


def test_the_page_shows_precision_and_calibration(client):
    for probability, kind in [(0.72, "approve"), (0.78, "decline"), (0.1, "decline")]:
        JudgementFactory(probability=probability, kind=kind)
    client.force_login(UserFactory(office=True))
    html = page(client)
    text = words(html)
    assert "70–80% 75% 50% 2" in text
    assert "10–20% 10% 0% 1" in text
    assert "33.3" in text
    assert '<svg class="ip-lines"' in html


@pytest.mark.parametrize("standing", ["office", "auditor", "administrator", "expert"])
def test_the_experts_list_leads_there_whom_it_may(client, standing):
    client.force_login(person(standing, MatchFactory()))
    html = client.get(reverse("matching:queue")).content.decode()
    assert (f'href="{reverse(URL)}"' in html) == (standing in READS)


def test_an_empty_portal_is_no_error(client):
    client.force_login(UserFactory(office=True))
    text = words(page(client))
    assert "No weights yet" in text
    assert "No expert has judged yet." in text


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_in_chinese(client, language):
    services.activate(learnt(), by=None)
    JudgementFactory()
    client.force_login(UserFactory(office=True))
    with translation.override(language):
        text = words(page(client))
    said = {
        "zh-hant": ("評分權重", "使用中", "首五項準確率"),
        "zh-hans": ("评分权重", "使用中", "首五项准确率"),
    }
    assert all(one in text for one in said[language])
    assert "Weights" not in text


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for number in range(count):
        learnt(training_fingerprint=str(number) * 64, is_active=number == 0)
    JudgementFactory.create_batch(count)
    client.force_login(UserFactory(office=True))
    with django_assert_num_queries(6):  # session, person, unread notices, months, bins, rankers
        html = page(client)
    assert html.count('id="ranker-') == count
