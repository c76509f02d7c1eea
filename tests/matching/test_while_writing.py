"""What the portal holds already, beside somebody who writes a wish."""

import pytest
from django.urls import reverse

from matching import services
from matching.engine import dense
from matching.services import shelf, while_writing
from tests.factories import MembershipFactory, SolutionFactory, WishDraftFactory, WishFactory
from tests.trials import stories

pytestmark = pytest.mark.usefixtures("engine")
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEED = "Lift faults are found too late: nobody watches the vibration of a lift."
NEED_ZH = "升降機故障太遲才發現，無人監察升降機的振動。"
OTHERS = {
    "Chiller optimiser": "Tunes chillers, cuts cooling energy.",
    "Drain robot": "Crawls through drains and films blockages.",
    "Bird nets": "Keeps pigeons out of roofs.",
    "Solar cleaner": "Washes solar panels without water.",
}


@pytest.fixture
def held():
    """A wish and a solution on lifts, among enough of something else that a score means something."""
    lift = {"title_en": "Lift health monitor", "summary_en": "Predicts lift faults from vibration."}
    wish = {"title_en": "Find lift faults early", "need_en": "Lifts break down.", "outcome_en": ""}
    rows = {
        "solution": SolutionFactory(listed=True, title_zh="", **lift),
        "wish": WishFactory(open=True, title_zh="", **wish),
    }
    for title, summary in OTHERS.items():
        rows[title] = SolutionFactory(listed=True, title_en=title, title_zh="", summary_en=summary)
    for row in rows.values():
        services.profile(row)
    return rows


def ask(client, method="post", **typed):
    url = reverse("matching:while-writing")
    return getattr(client, method)(url, typed, headers={"HX-Request": "true"})


@pytest.mark.parametrize(("field", "text"), [("need_en", NEED), ("need_zh", NEED_ZH)])
def test_what_is_about_the_same_is_found_in_either_language_and_by_either_method(client, held, field, text):
    for method in ("get", "post"):
        found = ask(client, method, **{field: text}).context_data["found"]
        assert held["solution"] in found.solutions
        assert held["wish"] in found.wishes
        assert held["Bird nets"] not in found.solutions


def test_too_little_to_go_by_asks_nothing(client, held, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = ask(client, need_en="Our", need_zh="冷")
    assert response.context_data["found"] is None
    assert "As soon as a sentence is written" in response.content.decode()


def test_the_rest_of_the_draft_counts_for_its_department_alone(client, held):
    draft = WishDraftFactory(answers={"need_en": NEED})
    assert ask(client, draft=draft.key).context_data["found"] is None
    client.force_login(MembershipFactory(organisation=draft.organisation).user, backend=BACKEND)
    assert held["solution"] in ask(client, draft=draft.key, outcome_en="").context_data["found"].solutions


def test_what_is_not_public_is_never_named(client, held):
    for row in (held["solution"], held["wish"]):
        type(row).objects.filter(pk=row.pk).update(
            **{"status": "draft", "reference": None}, **_undated(row)
        )  # the engine still knows it, for some seconds
    found = ask(client, need_en=NEED).context_data["found"]
    assert held["solution"] not in found.solutions
    assert held["wish"] not in found.wishes


def _undated(row):
    return {"listed_at": None} if hasattr(row, "listed_at") else {"published_at": None}


def test_the_wish_that_is_being_changed_is_not_like_itself(client, held):
    wish = held["wish"]
    draft = WishDraftFactory(organisation=wish.organisation, wish=wish, answers={"need_en": NEED})
    client.force_login(MembershipFactory(organisation=wish.organisation).user, backend=BACKEND)
    assert wish not in ask(client, draft=draft.key, need_en=NEED).context_data["found"].wishes


def test_the_slow_model_reads_only_the_beginning_of_a_long_text(client, held, monkeypatch):
    read = {}

    class Watched(dense.Glance):
        def encode(self, texts, role):
            read[self.name] = [len(text) for text in texts]
            return super().encode(texts, role)

    models = [Watched(one, one.cap) for one in shelf.embedders(("e5", "use"))]
    monkeypatch.setattr(shelf, "embedders", lambda names: models)
    long = f"{NEED} It happens in every month of the year. {NEED} Nobody knows which lift is next."
    assert held["solution"] in ask(client, need_en=long).context_data["found"].solutions
    assert read == {"e5": [while_writing.GLANCE["e5"]], "use": [len(long)]}


def test_odd_texts_are_no_error(client, held):
    for text in ("x" * 100_000, "🏗️" * 400, "\u202e" * 400, "<script>alert(1)</script>" * 3, "冷" * 20_000):
        response = ask(client, need_en=text, title_zh=text, draft=text)
        assert response.status_code == 200
        assert "<script>" not in response.content.decode()


def test_reports_of_trials_of_what_was_named_are_listed_and_no_others(client):
    report = stories.published()
    match = report.trial.match
    url = reverse("trials:reports-that-answer")
    for query in ({"solution": match.solution.reference}, {"wish": match.wish.reference}):
        assert report.reference in client.get(url, query).content.decode()
    for query in (
        {},
        {"solution": "S-1999-0001"},
        {"wish": match.solution.reference},
        {"solution": "\u0661" * 900},
    ):
        assert report.reference not in client.get(url, query).content.decode()


def test_a_report_on_its_way_is_not_listed(client):
    report = stories.drafted()
    url = reverse("trials:reports-that-answer")
    response = client.get(url, {"solution": report.trial.match.solution.reference})
    assert list(response.context["reports"]) == []
