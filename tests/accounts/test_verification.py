"""The portal office verifies vendors: what was checked, by whom, and a badge that can be taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import Verification
from journal.models import Entry
from notifications.mails import read
from notifications.models import Notification
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    VerificationFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def approver():
    return MembershipFactory(approver=True, organisation__vendor=True)


@pytest.fixture
def office():
    return UserFactory(office=True)


def ask_url(organisation) -> str:
    return reverse("people:verification", args=[organisation.slug])


def test_a_vendor_asks_the_office_decides_and_everyone_sees_the_badge(client, approver, office):
    organisation = approver.organisation
    solution = SolutionFactory(listed=True, organisation=organisation)
    assert "Verified by the portal office" not in client.get(organisation.get_absolute_url()).content.decode()
    client.force_login(approver.user)
    assert client.post(ask_url(organisation), {"br_number": "12345678"}).status_code == 302
    asked = Verification.objects.get()
    assert Notification.objects.filter(recipient=office, channel="email").count() == 1
    client.force_login(office)
    assert organisation.name_en in client.get(reverse("people:verifications")).content.decode()
    decide = reverse("people:decide-verification", args=[asked.pk])
    client.post(decide, {"is_verified": "yes", "checked": ["br", "company"]})
    assert client.get(reverse("people:verifications")).content.decode().count("<li><div") == 0
    client.logout()
    page = client.get(organisation.get_absolute_url()).content.decode()
    assert "Verified by the portal office" in page
    assert "Companies Registry search" in page
    assert "12345678" not in page
    assert "Verified by the portal office" in client.get(solution.get_absolute_url()).content.decode()
    assert [entry.verb for entry in Entry.objects.about(organisation).in_order()] == [
        "ask_verification",
        "verify",
    ]
    notice = Notification.objects.filter(recipient=approver.user).first()
    assert read(notice, "en").subject == f"{organisation.name_en} is verified"


def test_a_badge_is_taken_back_with_a_reason_that_the_vendor_reads(client, approver, office):
    held = VerificationFactory(given=True, organisation=approver.organisation)
    type(held.organisation).objects.update(is_confirmed=True)
    client.force_login(office)
    address = reverse("people:revoke-verification", args=[held.pk])
    assert client.post(address, {"reason": " "}).status_code == 200
    client.post(address, {"reason": "The company was struck off."})
    held.refresh_from_db()
    assert held.revoked_by == office
    client.force_login(approver.user)
    page = client.get(ask_url(held.organisation)).content.decode()
    assert "The company was struck off." in page
    assert "Ask to be verified" in page
    assert (
        "Verified by the portal office"
        not in client.get(held.organisation.get_absolute_url()).content.decode()
    )


def test_a_no_says_why_and_the_vendor_may_ask_again(client, approver, office):
    asked = VerificationFactory(organisation=approver.organisation)
    client.force_login(office)
    address = reverse("people:decide-verification", args=[asked.pk])
    for wrong in ({"is_verified": "no"}, {"is_verified": "yes"}, {}):
        assert client.post(address, wrong).status_code == 200
    client.post(address, {"is_verified": "no", "reason": "The number is not in the register."})
    services.ask(approver.organisation, by=approver.user, br_number="87654321")
    assert Verification.objects.waiting().count() == 1


@pytest.mark.parametrize(
    ("br_number", "cr_number", "is_right"),
    [
        ("12345678", "", True),
        ("12345678", "1234567", True),
        ("12345678", "12345678", True),
        ("1234567", "", False),
        ("123456789", "", False),
        ("12345678-000", "", False),
        ("１２３４５６７８", "", False),
        ("12345678\n", "", False),
        ("", "1234567", False),
        ("12345678", "123", False),
    ],
)
def test_numbers_are_those_of_hong_kong(approver, br_number, cr_number, is_right):
    def ask():
        services.ask(approver.organisation, by=approver.user, br_number=br_number, cr_number=cr_number)

    if is_right:
        ask()
    else:
        with pytest.raises(ValidationError):
            ask()
    assert Verification.objects.exists() is is_right


def test_a_university_needs_no_number_and_a_department_is_not_verified(approver):
    university = OrganisationFactory(kind="university")
    services.ask(university, by=approver.user, note="Cap. 1234")
    with pytest.raises(ValidationError, match="Only vendors"):
        services.ask(OrganisationFactory(), by=approver.user, br_number="12345678")


def test_nobody_verifies_their_own_organisation(approver):
    asked = VerificationFactory(organisation=approver.organisation)
    approver.user.roles = ["office"]
    approver.user.save()
    with pytest.raises(ValidationError, match="does not belong"):
        services.decide(asked, by=approver.user, is_verified=True, checked=["br"])


def test_asked_twice_at_once_it_waits_once(committed):
    approver = MembershipFactory(approver=True, organisation__vendor=True)
    found = at_once(
        *[lambda: services.ask(approver.organisation, by=approver.user, br_number="12345678")] * 2
    )
    assert sorted(type(one).__name__ for one in found) == ["ValidationError", "Verification"]


def test_of_two_decisions_at_once_one_counts(committed):
    asked, officers = VerificationFactory(), [UserFactory(office=True), UserFactory(office=True)]
    found = at_once(
        lambda: services.decide(asked, by=officers[0], is_verified=True, checked=["br"]),
        lambda: services.decide(asked, by=officers[1], is_verified=False, reason="No."),
    )
    assert sum(isinstance(one, ValidationError) for one in found) == 1


@pytest.mark.parametrize("who", [None, "vendor", "expert", "auditor"])
def test_only_the_office_reads_the_queue(client, approver, who):
    asked = VerificationFactory()
    people = {
        "vendor": lambda: approver.user,
        "expert": lambda: UserFactory(expert=True),
        "auditor": lambda: UserFactory(auditor=True),
    }
    if who:
        client.force_login(people[who]())
    for name, args in (
        ("people:verifications", []),
        ("people:decide-verification", [asked.pk]),
        ("people:revoke-verification", [asked.pk]),
    ):
        assert client.get(reverse(name, args=args)).status_code == (403 if who else 302)


@pytest.mark.parametrize("count", [1, 5])
def test_the_queue_takes_as_many_queries_for_five_as_for_one(
    client, office, count, django_assert_num_queries
):
    VerificationFactory.create_batch(count)
    client.force_login(office)
    with django_assert_num_queries(5):
        page = client.get(reverse("people:verifications")).content.decode()
    assert page.count("<li><div") == count
