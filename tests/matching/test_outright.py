"""Codes, numbers and names: what is asked for by its own name is found by it, not by likeness."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from matching import services
from matching.services import outright
from tests.factories import OrganisationFactory, ReportFactory, SolutionFactory, TrialFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(autouse=True)
def _no_names():
    outright.known.cache_clear()


def found(text, **narrowed):
    return [(one.side, one.pk) for one in services.search(text, user=None, **narrowed)]


@pytest.mark.parametrize("typed", ["EN 12830", "en12830", "EN-12830", "EN 12830:2018", " en 12830 "])
def test_a_certificate_is_found_in_whatever_writing(typed):
    holds = SolutionFactory(listed=True, certificates=["EN 12830:1999", "IP68"])
    asks = WishFactory(open=True, certificates=["EN12830"])
    SolutionFactory(listed=True, certificates=["EN 1283"])
    assert set(found(typed)) == {("solution", holds.pk), ("wish", asks.pk)}
    assert found(typed, side="wish") == [("wish", asks.pk)]


def test_who_holds_the_same_standard_under_another_number_is_found():
    holds = SolutionFactory(listed=True, certificates=["GB/T 19001-2016"])
    assert found("ISO 9001") == [("solution", holds.pk)]


def test_a_draft_is_not_found_by_its_certificate_nor_by_its_number():
    SolutionFactory(certificates=["IP68"])
    assert found("IP68") == []


@pytest.mark.parametrize("change", [str, str.lower])
def test_a_public_number_leads_to_its_thing_first(change):
    wish, solution = WishFactory(open=True), SolutionFactory(listed=True)
    assert found(change(wish.reference))[:1] == [("wish", wish.pk)]
    assert found(change(solution.reference))[:1] == [("solution", solution.pk)]
    assert found(wish.reference, side="solution") == []


def test_a_number_of_another_room_is_named_above_the_results(client):
    trial, report = TrialFactory(running=True), ReportFactory(published=True)
    for thing in (trial, report):
        page = client.get(reverse("search:search"), {"q": thing.reference.lower()}).content.decode()
        assert f'href="{thing.get_absolute_url()}"' in page
    hidden = TrialFactory(reference="T-2026-7777")
    assert outright.places(hidden.reference, AnonymousUser()) == []


@pytest.mark.parametrize("typed", ["liftsense", "LiftSense An", "analytics", "凌风", "凌風"])
def test_an_organisation_is_named_by_a_word_of_its_name(client, typed):
    firm = OrganisationFactory(name_en="LiftSense Analytics", name_zh="凌風分析")
    OrganisationFactory(name_en="Uplift Works", name_zh="")
    page = client.get(reverse("search:search"), {"q": typed}).content.decode()
    assert f'href="{firm.get_absolute_url()}"' in page
    assert [row.pk for _kind, row in outright.places(typed)] == [firm.pk]


@pytest.mark.parametrize("typed", ["office", "of", "x", ".*", "("])
def test_a_word_of_many_names_means_none_of_them(typed):
    for number in range(4):
        OrganisationFactory(name_en=f"Office {number} of X", name_zh="")
    assert outright.places(typed) == []


def test_one_that_was_merged_into_another_is_not_named():
    firm = OrganisationFactory(name_en="Gone Ltd")
    firm.merged_into = OrganisationFactory(name_en="Stays Ltd")
    firm.save()
    assert outright.places("gone") == []


def test_a_hyphen_before_a_number_says_no_more_than_a_space():
    assert outright.loosened("IEEE-1789 and ls/200-x") == "IEEE 1789 and ls 200 x"
    assert outright.loosened("fan-coil") == "fan-coil"
