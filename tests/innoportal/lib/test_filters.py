import re

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Organisation
from innoportal.lib.filters import ListFilter
from tests.factories import MatchFactory, OrganisationFactory, TopicFactory, TrialFactory, WishFactory
from tests.trials import stories
from topics.models import Topic
from trials.filters import ReportFilter, TrialFilter
from wishes.filters import WishFilter
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def offered(client, name: str, field: str = "organisation", language: str = "en") -> list[str]:
    """What the list's page lets one choose, without "Any"."""
    with translation.override(language):
        text = client.get(reverse(name)).content.decode()
    (select,) = re.findall(rf'<select name="{field}".*?</select>', text, re.S)
    return re.findall(r'<option value="[^"]+">([^<]*)</option>', select)


def test_a_list_offers_at_once_what_was_added_renamed_or_withdrawn(client):
    department, topic = OrganisationFactory(name_en="Drainage Office"), TopicFactory(name_en="Rivers")
    wish = WishFactory(open=True, organisation=department)
    assert offered(client, "wishes:list") == ["Drainage Office"]
    assert "Rivers" in offered(client, "wishes:list", "topic")
    Organisation.objects.filter(pk=department.pk).update(name_en="Water Office")
    Topic.objects.filter(pk=topic.pk).update(name_en="Streams")
    WishFactory(open=True, organisation=OrganisationFactory(name_en="Library Board"))
    assert offered(client, "wishes:list") == ["Library Board", "Water Office"]
    topics = offered(client, "wishes:list", "topic")
    assert ("Streams" in topics, "Rivers" in topics) == (True, False)
    Wish.objects.filter(pk=wish.pk).update(status="withdrawn")
    assert offered(client, "wishes:list") == ["Library Board"]


def test_trials_and_reports_know_the_parties_of_those_that_came_since(client):
    def is_known(name: str, organisation: Organisation) -> bool:
        text = client.get(reverse(name), {"organisation": organisation.name_en}).content.decode()
        return "No organisation here is called that." not in text

    match = MatchFactory(approved=True)
    assert not is_known("trials:list", match.wish.organisation)
    TrialFactory(locked=True, match=match)
    assert is_known("trials:list", match.wish.organisation)
    assert is_known("trials:list", match.solution.organisation)
    assert not is_known("trials:reports", match.wish.organisation)
    report = stories.published()
    assert is_known("trials:reports", report.trial.match.solution.organisation)


def test_each_language_has_its_own_words_in_one_process(client):
    TopicFactory(name_en="Rivers", name_zh="河流")
    WishFactory(open=True, organisation=OrganisationFactory(name_en="Library Board", name_zh="圖書館"))
    for language, river, library in (
        ("en", "Rivers", "Library Board"),
        ("zh-hant", "河流", "圖書館"),
        ("zh-hans", "河流", "图书馆"),
    ):
        assert offered(client, "wishes:list", language=language) == [library]
        assert river in offered(client, "wishes:list", "topic", language)


@pytest.mark.parametrize("filterset", [WishFilter, TrialFilter, ReportFilter])
def test_the_class_is_made_once_and_what_is_asked_stays_with_its_form(filterset):
    first, second = filterset({"topic": "a"}), filterset({"topic": "b"})
    assert type(first.form) is type(second.form)
    assert (first.form["topic"].value(), second.form["topic"].value()) == ("a", "b")
    assert first.form.fields["topic"] is not second.form.fields["topic"]
    assert issubclass(filterset, ListFilter)
