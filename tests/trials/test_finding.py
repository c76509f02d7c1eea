import pytest
from django.urls import reverse

from matching import services as matching
from tests.factories import MatchFactory, SolutionFactory, TrialFactory, WishFactory
from tests.matching.conftest import engine as engine
from tests.trials import stories
from trials.models import Trial

pytestmark = pytest.mark.usefixtures("engine")
PAGES = ("trials:list", "trials:reports")


def subject(wish, solution):
    return MatchFactory(
        approved=True,
        wish=WishFactory(open=True, title_en=wish[0], title_zh="", need_en=wish[1], outcome_en=""),
        solution=SolutionFactory(listed=True, title_en=solution[0], title_zh="", summary_en=solution[1]),
    )


LIFTS = (
    ("Find lift faults early", "Lifts break down."),
    ("Lift monitor", "Predicts lift faults from vibration."),
)
DRAINS = (("Films of drains", "Drains are blocked."), ("Crawler K-77", "A robot crawls through drains."))


@pytest.fixture
def trials():
    made = {
        "lift": TrialFactory(locked=True, match=subject(*LIFTS)),
        "drain": TrialFactory(locked=True, match=subject(*DRAINS)),
    }
    SolutionFactory.create_batch(3, listed=True)
    matching.sweep()
    return made


@pytest.fixture
def reports():
    made = {}
    for name, texts in (("lift", LIFTS), ("drain", DRAINS)):
        made[name] = stories.published(match=subject(*texts))
    matching.sweep()
    return made


def listed(client, name, **query):
    return {one.reference for one in client.get(reverse(name), query).context["page_obj"]}


@pytest.mark.parametrize("words", ["lift faults", "升降機故障", "升降机故障", "FIND LIFT", "Lift monitor"])
def test_trials_are_found_by_what_their_wish_or_solution_is_about_in_any_language(client, trials, words):
    assert listed(client, "trials:list", q=words) == {trials["lift"].reference}


@pytest.mark.parametrize("words", ["lift faults", "升降機故障"])
def test_reports_are_found_by_what_was_tried(client, reports, words):
    assert listed(client, "trials:reports", q=words) == {reports["lift"].reference}


def test_a_title_counts_where_the_engine_finds_nothing(client, trials, monkeypatch):
    monkeypatch.setattr("trials.finding.search", lambda *_, **__: [])
    assert listed(client, "trials:list", q="crawler k") == {trials["drain"].reference}


@pytest.mark.parametrize("of", ["trial", "wish", "solution"])
def test_a_number_finds_the_trial_that_it_is_of(client, trials, of):
    trial = trials["drain"]
    number = {"trial": trial, "wish": trial.match.wish, "solution": trial.match.solution}[of].reference
    assert listed(client, "trials:list", q=number.lower()) == {trial.reference}


def test_the_number_of_a_trial_finds_its_report(client, reports):
    assert listed(client, "trials:reports", q=reports["lift"].trial.reference) == {reports["lift"].reference}


@pytest.mark.parametrize(("name", "kind"), [("trials:list", "kind"), ("trials:reports", "kind")])
def test_words_and_filters_narrow_together(client, reports, name, kind):
    ours = Trial.objects.get(pk=reports["lift"].trial_id)
    other = next(one for one in Trial.Kind.values if one != ours.kind)
    assert len(listed(client, name, q="lift faults", **{kind: ours.kind})) == 1
    assert listed(client, name, q="lift faults", **{kind: other}) == set()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_found_is_told_and_what_was_typed_is_kept(client, reports, name):
    text = client.get(reverse(name), {"q": "medieval Icelandic <poetry>"}).content.decode()
    assert "Take a filter away, or try other words." in text
    assert text.count('value="medieval Icelandic &lt;poetry&gt;"') == 1
    assert "Remove filter" in text


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(("query", "asked"), [({}, 3), ({"q": "lift faults"}, 5)])
def test_words_ask_for_the_subjects_and_for_what_of_them_is_public_and_for_nothing_else(
    client, django_assert_num_queries, count, query, asked
):
    for _number in range(count):
        TrialFactory(locked=True, match=subject(*LIFTS))
    matching.sweep()
    listed(client, "trials:list", **query)  # the engine is loaded once
    with django_assert_num_queries(asked):
        assert len(listed(client, "trials:list", **query)) == count


@pytest.mark.parametrize("noun", ["trial", "report"])
def test_the_api_takes_the_same_words(client, reports, noun):
    answer = client.get(f"/api/v1/{noun}s/", {"q": "lift faults"}).json()
    report = reports["lift"]
    numbers = {"trial": report.trial.reference, "report": report.reference}
    assert [one["reference"] for one in answer["results"]] == [numbers[noun]]


@pytest.mark.parametrize("side", ["wish", "solution"])
def test_the_lists_of_both_sides_lead_to_the_search_of_that_side(client, side):
    text = client.get(reverse({"wish": "wishes:list", "solution": "solutions:list"}[side])).content.decode()
    assert f'<input type="hidden" name="side" value="{side}">' in text
    assert f'action="{reverse("search:search")}"' in text
