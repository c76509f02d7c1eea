from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import KpiFactory, QuestionFactory, SponsorFactory, TopicFactory, WishFactory
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Wish.Status


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for _ in range(count):
        wish = WishFactory(open=True, topics=[TopicFactory()])
        KpiFactory(wish=wish)
        QuestionFactory(wish=wish)
        SponsorFactory(wish=wish)
    with django_assert_num_queries(6):  # count, wishes, topics, sponsors, questions, measures
        assert client.get("/api/v1/wishes/").json()["count"] == count


def test_a_wish_has_its_public_fields_and_nobody_in_it(client, people, wish_in):
    wish = wish_in(S.OPEN, budget_holder="Mr Chan, Section 5", external_id="secret-7")
    QuestionFactory(wish=wish, asked_by=people["vendor"])
    response = client.get(f"/api/v1/wishes/{wish.reference}/")
    assert set(response.json()) == {
        *("reference", "status", "organisation", "published_at", "updated_at", "title_en", "title_zh"),
        *("need_en", "need_zh", "outcome_en", "outcome_zh", "constraints_en", "constraints_zh"),
        *("site_en", "site_zh", "site_gives", "certificates", "trl_wanted", "budget", "months"),
        *("closes_on", "questions_until", "vehicle", "decision_on", "topics", "sponsors", "kpis"),
        *("access_hours_en", "access_hours_zh", "environment_en", "environment_zh", "questions"),
    }
    body = response.content.decode()
    for hidden in ("Chan", "secret-7", wish.key, *(person.name for person in people.values() if person)):
        assert hidden not in body


def test_nothing_can_be_written(client, people, wish_in):
    wish = wish_in(S.OPEN)
    client.force_login(people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/api/v1/wishes/{wish.reference}/").status_code == 405


@pytest.mark.parametrize(
    "query", ["topic=none", "status=draft", "organisation=none", "budget=much", "closing=2", "language=fr"]
)
def test_a_filter_value_that_does_not_exist_is_refused(client, query):
    assert client.get(f"/api/v1/wishes/?{query}").status_code == 400


def test_page_and_api_narrow_alike(client, wish_in):
    broad = TopicFactory()
    narrow = TopicFactory(parent=broad)
    today = timezone.localdate()
    plain = wish_in(S.OPEN, title_zh="")
    wishes = {
        "topic": wish_in(S.OPEN, title_zh="", topics=[narrow, broad]),
        "status": wish_in(S.ON_TRIAL, title_zh=""),
        "organisation": WishFactory(open=True, title_zh=""),
        "budget": wish_in(S.OPEN, title_zh="", budget="to_5m"),
        "closing": wish_in(S.OPEN, title_zh="", closes_on=today + timedelta(days=14)),
        "language": wish_in(S.OPEN, title_en="", title_zh="中文願望"),
    }
    queries = {
        "topic": f"topic={broad.slug}",
        "status": "status=under_way",
        "organisation": f"organisation={wishes['organisation'].organisation.slug}",
        "budget": "budget=to_5m&budget=over_5m",
        "closing": "closing=14",
        "language": "language=zh",
    }
    for name, query in queries.items():
        api = client.get(f"/api/v1/wishes/?{query}").json()["results"]
        page = client.get(f"/en/wishes/?{query}").context["page_obj"]
        assert (
            [row["reference"] for row in api] == [wish.reference for wish in page] == [wishes[name].reference]
        )
    assert client.get("/api/v1/wishes/").json()["results"][-1]["reference"] == plain.reference


def test_the_newest_comes_first(client):
    now = timezone.now()
    old, new = (WishFactory(open=True, published_at=now - timedelta(days=days)) for days in (9, 1))
    results = client.get("/api/v1/wishes/").json()["results"]
    assert [row["reference"] for row in results] == [new.reference, old.reference]
