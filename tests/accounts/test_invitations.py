"""Invitations by mail: the link works once, for two weeks, and no scanner of mails can use it up."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Invitation, Membership
from journal.models import Entry
from notifications.tasks import sweep_letters
from tests.factories import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def approver(client):
    membership = MembershipFactory(approver=True, organisation=OrganisationFactory(vendor=True))
    client.force_login(membership.user)
    return membership


def link(invitation) -> str:
    return reverse("people:invited", args=[services.token_of(invitation)])


def verbs(organisation) -> list[str]:
    return [entry.verb for entry in Entry.objects.about(organisation).in_order()]


def test_looking_at_the_link_changes_nothing_and_accepting_makes_a_member(client):
    invitation, guest = InvitationFactory(role="approver"), UserFactory()
    client.force_login(guest)
    for _time in range(3):
        assert client.get(link(invitation)).status_code == 200
    address = link(invitation)
    assert client.post(address, {"answer": "accept"}).status_code == 302
    assert Membership.objects.get(user=guest).role == "approver"
    assert client.get(address).status_code == 404
    assert client.post(address, {"answer": "accept"}).status_code == 404
    assert verbs(invitation.organisation) == ["join"]


def test_who_is_not_signed_in_signs_in_first_and_comes_back(client):
    address = link(InvitationFactory())
    response = client.get(address)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert "invited" in response.url
    assert Invitation.objects.exists()


def led_to(mail):
    return services.by_token(re.search(r"/invited/([^/\s]+)/", mail.body)[1])


def test_the_mail_brings_the_link(client, approver, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("people:members", args=[approver.organisation.slug]),
            {"email": "guest@example.org", "role": "member"},
        )
    sweep_letters()
    assert led_to(mailoutbox[0]) == Invitation.objects.get()
    assert verbs(approver.organisation) == ["invite"]
    assert "guest@example.org" not in str(Entry.objects.values())


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 404)])
def test_the_link_ends_after_two_weeks(client, days, status):
    invitation = InvitationFactory()
    address = link(invitation)
    client.force_login(UserFactory())
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        client.force_login(UserFactory())
        assert client.get(address).status_code == status
        assert invitation.is_expired is (status == 404)


def test_sent_again_the_new_link_works_and_the_old_does_not(client, approver, mailoutbox):
    invitation = InvitationFactory(organisation=approver.organisation)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=20))
    old = link(invitation)
    page = client.get(reverse("people:members", args=[approver.organisation.slug])).content.decode()
    assert "The link has expired" in page
    client.post(reverse("people:send-invitation-again", args=[approver.organisation.slug, invitation.pk]))
    invitation.refresh_from_db()
    assert client.get(old).status_code == 404
    assert client.get(link(invitation)).status_code == 200
    sweep_letters()
    assert led_to(mailoutbox[0]) == invitation
    assert verbs(approver.organisation) == ["invite_again"]


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ:1abcde:forged", "%00"])
def test_a_forged_link_opens_nothing(client, token):
    InvitationFactory()
    client.force_login(UserFactory())
    assert client.get(reverse("people:invited", args=[token])).status_code == 404


def test_of_two_who_use_one_link_at_once_one_joins(committed):
    invitation, guests = InvitationFactory(), [UserFactory(), UserFactory()]
    found = at_once(*(lambda guest=guest: services.accept(invitation, by=guest) for guest in guests))
    assert sorted(type(one).__name__ for one in found) == ["Membership", "ValidationError"]
    assert Membership.objects.filter(user__in=guests).count() == 1


def test_an_approver_changes_a_role_and_it_is_written_down(client, approver):
    other = MembershipFactory(organisation=approver.organisation)
    address = reverse("people:change-role", args=[approver.organisation.slug, other.pk])
    client.post(address, {"role": "approver"})
    other.refresh_from_db()
    assert other.role == "approver"
    entry = Entry.objects.about(approver.organisation).get()
    assert (entry.verb, entry.details["from"], entry.details["to"]) == ("change_role", "member", "approver")
    assert (
        other.user.name
        in client.get(reverse("people:members", args=[approver.organisation.slug])).content.decode()
    )


@pytest.mark.parametrize("role", ["owner", "", "member\0"])
def test_an_unknown_role_changes_nothing(approver, role):
    with pytest.raises(ValidationError, match="no such role"):
        services.change_role(approver, by=approver.user, role=role)


def test_the_last_approver_stays_one(client, approver):
    MembershipFactory(organisation=approver.organisation)
    client.post(
        reverse("people:change-role", args=[approver.organisation.slug, approver.pk]), {"role": "member"}
    )
    approver.refresh_from_db()
    assert approver.role == "approver"
    assert not Entry.objects.exists()


def test_of_two_approvers_who_leave_at_once_one_stays(committed):
    first = MembershipFactory(approver=True)
    second = MembershipFactory(approver=True, organisation=first.organisation)
    found = at_once(
        lambda: services.change_role(first, by=first.user, role="member"),
        lambda: services.remove(second, by=second.user),
    )
    assert sum(isinstance(one, ValidationError) for one in found) == 1
    assert Membership.objects.filter(organisation=first.organisation, role="approver").count() == 1
