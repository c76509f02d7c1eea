import json
import re

import pytest
from django.urls import reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from innoportal.api import router
from innoportal.api_page import NOUNS, Reference, reference
from tests.factories import TopicFactory

pytestmark = pytest.mark.django_db


def nouns():
    return Reference(SchemaGenerator().get_schema(request=None, public=True)).nouns()


def test_every_noun_of_the_api_has_a_section_with_a_name_of_its_own():
    assert {noun.key for noun in nouns()} == {prefix for prefix, *_ in router.registry} == NOUNS.keys()


def test_the_page_shows_each_address_parameter_and_field_that_the_schema_has(client):
    page = client.get(reverse("api-docs")).content.decode()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shown = set(re.findall("<code>(?:GET |POST )?([^<]+)</code>", page))
    for path, methods in schema["paths"].items():
        named = [one["name"] for method in methods.values() for one in method.get("parameters", [])]
        assert {path, *named} <= shown
    parts = {name: one for name, one in schema["components"]["schemas"].items() if "properties" in one}
    for name, part in parts.items():
        if not name.startswith(("Paginated", "Findings")):
            assert part["properties"].keys() <= shown, name


def test_every_example_is_answered(client, settings):
    TopicFactory()
    calls = [call for noun in nouns() for call in noun.calls if call.example]
    assert {call.path.split("/")[3] for call in calls} == NOUNS.keys()
    for example in [call.example for call in calls if call.method == "GET"]:
        address = example.removeprefix(f"curl '{settings.SITE_URL}").removesuffix("'")
        assert client.get(address).status_code == 200, example


def test_the_answer_of_a_search_is_what_the_schema_says_of_it(client):
    answer = client.get("/api/v1/search/?q=pump").json()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert schema["components"]["schemas"]["Findings"]["properties"].keys() == answer.keys()


def test_choices_are_told_with_their_meaning_in_the_readers_language():
    with translation.override("zh-hant"):
        statuses = next(one.choices for one in nouns()[0].calls[0].parameters if one.name == "status")
    assert ("open", "公開徵集") in statuses


def test_what_is_only_said_in_english_is_marked_as_english():
    assert '<span lang="en">Public wishes, the newest first' in reference("zh-hant")
    assert '<span lang="en">' not in reference("en")


def test_the_address_without_a_language_leads_to_the_readers_own(client):
    response = client.get("/api/docs/", headers={"Accept-Language": "zh-HK"})
    assert (response.status_code, response["Location"]) == (302, "/zh-hant/api/docs/")


@pytest.mark.parametrize("times", [1, 2])
def test_the_page_asks_the_database_nothing(client, django_assert_num_queries, times):
    for _ in range(times):
        with django_assert_num_queries(0):
            client.get(reverse("api-docs"))


def test_an_example_that_sends_shows_what_is_sent_and_that_it_needs_a_token(client):
    calls = [
        call for noun in nouns() for call in noun.calls if call.method == "POST" and "{" not in call.path
    ]
    assert calls
    for call in calls:
        assert "Authorization: Bearer" in call.example
        assert call.path in call.example
        sent = json.loads(call.example.split("-d '")[1].split("' 'http")[0])
        assert sent.keys() <= {one.name for one in call.sent} or not call.sent
