"""Who finds their organisation asks to join it; an approver answers, or the office where there is none."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import joining
from accounts.models import JoinRequest, Membership
from accounts.tasks import expire_joins
from journal.models import Entry
from notifications.mails import read
from notifications.models import Notification
from tests.factories import JoinRequestFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def approver():
    return MembershipFactory(approver=True, organisation__vendor=True)


def ask(client, organisation, person=None):
    person = person or UserFactory()
    client.force_login(person)
    address = reverse("people:ask-to-join", args=[organisation.slug])
    assert client.post(address, {"words": "I keep its books."}).status_code == 302
    return JoinRequest.objects.get(person=person)


def told(person) -> str:
    return read(Notification.objects.filter(recipient=person, channel="email").get(), "en").subject


def test_an_approver_is_told_reads_who_asks_and_lets_the_person_in(client, approver):
    asked = ask(client, approver.organisation)
    assert told(approver.user) == f"{asked.person.name} asks to join {approver.organisation.name_en}"
    client.force_login(approver.user)
    members = reverse("people:members", args=[approver.organisation.slug])
    assert asked.get_absolute_url() in client.get(members).content.decode()
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "I keep its books." in page
    assert asked.person.email in page
    assert client.post(asked.get_absolute_url(), {"answer": "member"}).url == members
    assert Membership.objects.get(user=asked.person).role == "member"
    assert told(asked.person) == f"You are a member of {approver.organisation.name_en}"
    assert asked.get_absolute_url() not in client.get(members).content.decode()
    entries = [entry.verb for entry in Entry.objects.about(approver.organisation).in_order()]
    assert entries == ["ask_to_join", "accept_join"]


def test_declining_needs_a_reason_that_the_person_reads(client, approver):
    asked = ask(client, approver.organisation)
    client.force_login(approver.user)
    page = client.post(asked.get_absolute_url(), {"answer": "decline"}).content.decode()
    assert "the person reads your reason" in page
    client.post(asked.get_absolute_url(), {"answer": "decline", "reason": "We do not know you."})
    client.force_login(asked.person)
    assert "We do not know you." in client.get(reverse("people:profile")).content.decode()
    assert not Membership.objects.filter(user=asked.person).exists()


def test_members_who_are_no_approvers_and_others_know_no_such_request(client, approver):
    asked = ask(client, approver.organisation)
    plain = MembershipFactory(organisation=approver.organisation).user
    elsewhere = MembershipFactory(approver=True).user
    for person in (plain, elsewhere, asked.person, UserFactory(office=True)):
        client.force_login(person)
        assert client.get(asked.get_absolute_url()).status_code == 404
        assert client.post(asked.get_absolute_url(), {"answer": "approver"}).status_code == 404
    assert not Membership.objects.filter(user=asked.person).exists()


def test_where_there_is_no_approver_the_portal_office_answers(client):
    office, organisation = UserFactory(office=True), OrganisationFactory(vendor=True)
    MembershipFactory(organisation=organisation, approver=True, user__is_active=False)
    asked = ask(client, organisation)
    assert told(office) == f"{asked.person.name} asks to join {organisation.name_en}"
    client.force_login(office)
    client.post(asked.get_absolute_url(), {"answer": "approver"})
    assert Membership.objects.get(user=asked.person).role == "approver"


@pytest.mark.parametrize(("days", "ended"), [(13, 0), (14, 1)])
def test_nobody_waits_longer_than_two_weeks_and_is_told_once(client, approver, days, ended):
    asked = ask(client, approver.organisation)
    JoinRequest.objects.update(asked_at=timezone.now() - timedelta(days=days))
    assert (expire_joins(), expire_joins()) == (ended, 0)
    assert Notification.objects.filter(recipient=asked.person, channel="email").count() == ended
    asked.refresh_from_db()
    assert asked.outcome == ("expired" if ended else "")


def test_asking_twice_or_as_a_member_or_without_end_is_refused(client, approver):
    asked = ask(client, approver.organisation)
    with pytest.raises(ValidationError, match="asked already"):
        joining.ask_to_join(approver.organisation, by=asked.person)
    with pytest.raises(ValidationError, match="a member already"):
        joining.ask_to_join(approver.organisation, by=approver.user)
    JoinRequestFactory.create_batch(4, person=asked.person)
    with pytest.raises(ValidationError, match="Too many"):
        joining.ask_to_join(OrganisationFactory(vendor=True), by=asked.person)


def test_a_request_is_taken_back_by_who_made_it_only(client, approver):
    asked = ask(client, approver.organisation)
    address = reverse("people:withdraw-join", args=[asked.pk])
    client.force_login(approver.user)
    assert client.post(address).status_code == 404
    client.force_login(asked.person)
    assert client.post(address).status_code == 302
    asked.refresh_from_db()
    assert asked.outcome == "withdrawn"
    with pytest.raises(ValidationError, match="answered already"):
        joining.accept_join(asked, by=approver.user)


def test_of_two_answers_at_once_one_counts(committed):
    asked = JoinRequestFactory()
    by = [MembershipFactory(approver=True, organisation=asked.organisation).user for _one in range(2)]
    found = at_once(
        lambda: joining.accept_join(asked, by=by[0]),
        lambda: joining.decline_join(asked, by=by[1], reason="No."),
    )
    assert sum(isinstance(one, ValidationError) for one in found) == 1
    asked.refresh_from_db()
    assert Membership.objects.filter(user=asked.person).exists() is (asked.outcome == "accepted")


@pytest.mark.parametrize("count", [1, 5])
def test_members_page_takes_as_many_queries_for_five_who_ask(
    client, approver, django_assert_num_queries, count
):
    JoinRequestFactory.create_batch(count, organisation=approver.organisation)
    client.force_login(approver.user)
    address = reverse("people:members", args=[approver.organisation.slug])
    client.get(address)
    with django_assert_num_queries(9):
        page = client.get(address).content.decode()
    assert page.count(">Answer<") == count
