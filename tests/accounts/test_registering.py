"""A vendor registers its organisation: those that may be the same are shown first, and members never."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from accounts import registering
from accounts.models import Membership, Organisation, SuspectedPair
from journal.models import Entry
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory, VerificationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
REGISTER = "people:register"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def person(client):
    user = UserFactory()
    client.force_login(user)
    return user


def said(**more) -> dict:
    return {"name_en": "Blue Harbour Robotics Ltd", "name_zh": "藍灣機械人有限公司", "kind": "startup"} | more


def post(client, **more):
    return client.post(reverse(REGISTER), said(**more))


def test_who_registers_a_new_vendor_is_its_first_approver_and_it_is_not_verified(client, person):
    OrganisationFactory(vendor=True, name_en="Valley Hum", name_zh="谷聲")
    response = post(client, br_number="70000001", website="blueharbour.example")
    made = Organisation.objects.get(slug="blue-harbour-robotics-ltd")
    assert (response.status_code, response.url) == (302, made.get_absolute_url())
    assert (made.is_confirmed, made.website, made.br_number) == (
        False,
        "https://blueharbour.example",
        "70000001",
    )
    assert Membership.objects.get(organisation=made).role == "approver"
    assert Entry.objects.about(made).get().verb == "register"
    page = client.get(made.get_absolute_url()).content.decode()
    assert "Not verified yet" in page
    assert "70000001" not in page


def test_one_of_nearly_that_name_is_shown_with_what_was_typed_and_nothing_is_made(client, person):
    here = MembershipFactory(
        organisation=OrganisationFactory(vendor=True, name_en="BLUE HARBOUR ROBOTICS", name_zh="")
    )
    page = post(client, website="https://blueharbour.example").content.decode()
    assert "Is it one of these?" in page
    assert reverse("people:ask-to-join", args=[here.organisation.slug]) in page
    assert "Nearly the same name" in page
    assert 'value="https://blueharbour.example"' in page
    assert here.user.name not in page
    assert here.user.email not in page
    assert Organisation.objects.count() == 1


def test_who_says_it_is_another_goes_on_and_the_office_sees_the_pair(client, person):
    here = OrganisationFactory(vendor=True, name_en="Blue Harbour Robotics", name_zh="")
    assert post(client, another="yes", seen=[here.pk]).status_code == 302
    made = Organisation.objects.exclude(pk=here.pk).get()
    pair = SuspectedPair.objects.get()
    assert (pair.first, pair.second, pair.reasons, pair.is_denied) == (here, made, ["name"], True)
    assert Entry.objects.about(made).get().details["denied"] == [here.slug]


@pytest.mark.parametrize("seen", [[], ["0"], ["x", "٣", "-1"], ["9" * 30]])
def test_nobody_denies_what_they_were_not_shown(client, person, seen):
    OrganisationFactory(vendor=True, name_en="Blue Harbour Robotics", name_zh="")
    assert "Is it one of these?" in post(client, another="yes", seen=seen).content.decode()
    assert Organisation.objects.count() == 1


def test_a_number_that_the_office_knows_is_found_and_not_told(client, person):
    VerificationFactory(
        organisation=OrganisationFactory(vendor=True, name_en="Valley Hum"), br_number="70000009"
    )
    page = post(client, br_number="70000009").content.decode()
    assert "The same registration number" in page
    assert "Valley Hum" in page


def test_a_domain_is_found_only_where_both_addresses_are_proved(client, person):
    there = MembershipFactory(organisation=OrganisationFactory(vendor=True), user__email="a@peak.example")
    mine = EmailAddress.objects.create(user=person, email="b@peak.example", verified=True)
    theirs = EmailAddress.objects.create(user=there.user, email="a@peak.example", verified=True)
    page = post(client).content.decode()
    assert "The same domain" in page
    assert "a@peak.example" not in page
    EmailAddress.objects.filter(pk=mine.pk).update(verified=False)
    theirs.refresh_from_db()
    assert post(client).status_code == 302


def test_a_domain_of_many_organisations_says_nothing(client, person):
    OrganisationFactory.create_batch(4, vendor=True, website="https://incubator.example")
    assert post(client, website="https://incubator.example/we").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name_en": "", "name_zh": ""}, "in one language at least"),
        ({"br_number": "1234"}, "has eight digits"),
        ({"kind": "department"}, "Select a valid choice"),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"name_en": "x" * 201}, "at most 200"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, person, wrong, words):
    page = post(client, **wrong).content.decode()
    assert words in page
    assert Organisation.objects.count() == 0
    assert wrong.get("name_zh", "藍灣機械人有限公司") in page


def test_two_of_one_name_get_two_addresses(client, person):
    OrganisationFactory(vendor=True, slug="blue-harbour-robotics-ltd", name_en="Other", name_zh="")
    post(client)
    assert Organisation.objects.filter(slug="blue-harbour-robotics-ltd-2").exists()


def test_nobody_gathers_organisations(client, person):
    MembershipFactory.create_batch(10, user=person, approver=True)
    assert "Ask the portal office" in post(client).content.decode()
    assert Organisation.objects.count() == 10


def test_of_two_who_register_the_same_at_once_one_is_shown_the_other(committed):
    people = [UserFactory(), UserFactory()]
    found = at_once(*(lambda by=by: registering.register(by=by, **said()) for by in people))
    assert sorted(type(one).__name__ for one in found) == ["MayBeHere", "Organisation"]
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_question_takes_as_many_queries_for_five_as_for_one(
    client, person, django_assert_num_queries, count
):
    OrganisationFactory.create_batch(count, vendor=True, name_en="Blue Harbour Robotics", name_zh="")
    post(client)
    with django_assert_num_queries(20):
        page = post(client).content.decode()
    assert page.count('name="seen"') == count
