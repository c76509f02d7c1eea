"""Limits of invitations and of requests to join: nobody is asked twice, let in twice or with another role."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import invitations, joining, registering, services
from accounts.models import Invitation, JoinRequest, Membership, Organisation, User
from journal.models import Entry
from notifications.models import Letter
from tests.factories import (
    InvitationFactory,
    JoinRequestFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    VerificationFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
GUEST = "guest@example.org"


@pytest.fixture
def approver():
    return MembershipFactory(approver=True, organisation__vendor=True)


def invite(approver, email=GUEST, role="member"):
    return services.invite(approver.organisation, by=approver.user, email=email, role=role)


def verbs(organisation):
    return [entry.verb for entry in Entry.objects.about(organisation).in_order()]


# --- invitations ----------------------------------------------------------------------------------------
def test_who_is_a_member_is_not_invited(approver):
    member = MembershipFactory(organisation=approver.organisation, user__email=GUEST).user
    with pytest.raises(ValidationError, match="a member already"):
        invite(approver, email=f" {member.email.upper()} ")
    assert not Invitation.objects.exists()


def test_who_is_asked_already_gets_no_second_mail_but_the_role_that_was_said_last(approver):
    first = invite(approver)
    second = invite(approver, email=GUEST.title(), role="approver")
    assert (second.pk, second.role, second.nonce) == (first.pk, "approver", first.nonce)
    assert verbs(approver.organisation) == ["invite"]
    assert Letter.objects.count() == 1


def test_who_is_asked_anew_after_the_link_has_ended_gets_a_new_one(approver):
    first = invite(approver)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=20))
    again = invite(approver)
    assert again.nonce != first.nonce
    assert services.by_token(services.token_of(again)) == again
    assert verbs(approver.organisation) == ["invite", "invite_again"]
    assert Letter.objects.count() == 2


def test_only_so_many_invitations_of_one_organisation_wait(approver, monkeypatch):
    monkeypatch.setattr(invitations, "MAX_WAITING", 2)
    InvitationFactory.create_batch(2)  # of others
    for email in (GUEST, "next@example.org", GUEST):
        assert invite(approver, email=email)
    with pytest.raises(ValidationError, match="Too many"):
        invite(approver, email="third@example.org")
    assert approver.organisation.invitations.count() == 2


def test_who_joined_meanwhile_keeps_their_role_and_joins_no_second_time(approver):
    invitation = invite(approver, role="approver")
    member = MembershipFactory(organisation=approver.organisation)
    assert services.accept(invitation, by=member.user) == member
    member.refresh_from_db()
    assert (member.role, Invitation.objects.count()) == ("member", 0)
    assert verbs(approver.organisation) == ["invite"]


def test_who_accepts_gets_the_role_that_stands_then_not_that_of_a_page_opened_before(approver):
    opened = invite(approver, role="approver")
    invite(approver, role="member")
    assert services.accept(opened, by=UserFactory()).role == "member"


# --- requests to join -----------------------------------------------------------------------------------
def test_who_asks_for_one_that_was_merged_asks_the_one_that_stands(approver):
    merged = OrganisationFactory(vendor=True)
    Organisation.objects.filter(pk=merged.pk).update(merged_into=approver.organisation)
    asked = joining.ask_to_join(merged, by=UserFactory())
    assert asked.organisation == approver.organisation
    with pytest.raises(ValidationError, match="a member already"):
        joining.ask_to_join(merged, by=approver.user)


@pytest.mark.parametrize("role", ["owner", "", "office"])
def test_nobody_is_let_in_with_a_role_that_there_is_not(approver, role):
    asked = JoinRequestFactory(organisation=approver.organisation)
    with pytest.raises(ValidationError, match="no such role"):
        joining.accept_join(asked, by=approver.user, role=role)
    assert not Membership.objects.filter(user=asked.person).exists()


@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_reason_of_gaps_is_none(approver, reason):
    asked = JoinRequestFactory(organisation=approver.organisation)
    with pytest.raises(ValidationError, match="Say why"):
        joining.decline_join(asked, by=approver.user, reason=reason)
    asked.refresh_from_db()
    assert asked.outcome == ""


def test_what_was_answered_is_due_no_more_and_one_answered_just_now_stops_no_other(monkeypatch):
    long_ago = timezone.now() - timedelta(days=30)
    first, second = JoinRequestFactory.create_batch(2, asked_at=long_ago)
    JoinRequestFactory(asked_at=long_ago, outcome="declined", reason="No.", decided_at=long_ago)
    assert list(JoinRequest.objects.due().order_by("pk")) == [first, second]
    ends = joining._end

    def quicker(request, *told):
        if request.pk == first.pk:
            ends(first, "withdrawn", first.person)
        return ends(request, *told)

    monkeypatch.setattr(joining, "_end", quicker)
    assert joining.expire_joins() == 1
    second.refresh_from_db()
    assert second.outcome == "expired"


def test_who_asks_many_at_once_has_no_more_waiting_than_may_be(committed):
    person = UserFactory()
    JoinRequestFactory.create_batch(joining.MOST_WAITING - 1, person=person)
    wanted = OrganisationFactory.create_batch(3, vendor=True)
    found = at_once(*(lambda one=one: joining.ask_to_join(one, by=person) for one in wanted))
    assert sum(isinstance(one, ValidationError) for one in found) == 2
    assert person.join_requests.waiting().count() == joining.MOST_WAITING


# --- registering ----------------------------------------------------------------------------------------
def offered(person, **said):
    told = {"name_en": "Blue Harbour", "name_zh": "", "br_number": "", "website": ""} | said
    return [one.organisation for one in registering.candidates(registering.what_is_said(by=person, **told))]


def prove(person, email):
    return EmailAddress.objects.create(user=person, email=email, verified=True)


def test_a_number_that_the_office_has_refused_leads_to_nobody():
    told = {"organisation__name_en": "Valley Hum", "br_number": "70000009"}
    refused = {
        "is_verified": False,
        "decided_at": timezone.now(),
        "decided_by": UserFactory(),
        "reason": "It is another's.",
    }
    VerificationFactory(**told, **refused)
    assert offered(UserFactory(), br_number="70000009") == []
    waits = VerificationFactory(**told)
    assert offered(UserFactory(), br_number="70000009") == [waits.organisation]


def test_only_who_can_sign_in_stands_for_the_domain_of_their_organisation():
    person, gone, here = UserFactory(), *MembershipFactory.create_batch(2, organisation__vendor=True)
    prove(person, "me@peak.example")
    prove(gone.user, "a@peak.example")
    prove(here.user, "b@peak.example")
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    assert offered(person) == [here.organisation]


def test_one_that_was_merged_is_not_offered_beside_the_one_that_stands():
    stands, merged = OrganisationFactory.create_batch(2, vendor=True, name_en="Blue Harbour", name_zh="")
    Organisation.objects.filter(pk=merged.pk).update(merged_into=stands)
    assert offered(UserFactory()) == [stands]


@pytest.mark.parametrize(("count", "says"), [(registering.CROWD, True), (registering.CROWD + 1, False)])
def test_a_domain_of_three_says_something_and_one_of_four_nothing(count, says):
    OrganisationFactory.create_batch(count, vendor=True, website="https://incubator.example")
    assert len(offered(UserFactory(), website="https://incubator.example/we")) == count * says


@pytest.mark.parametrize("kind", ["department", "public_body", "trade", "laboratory"])
def test_only_vendors_register_by_themselves(kind):
    with pytest.raises(ValidationError, match="Only vendors"):
        registering.register(by=UserFactory(), kind=kind, name_en="Blue Harbour")
    assert not Organisation.objects.exists()


def test_who_is_a_plain_member_of_many_may_register_one():
    person = UserFactory()
    MembershipFactory.create_batch(registering.MOST, user=person)
    made = registering.register(by=person, kind="startup", name_en="Blue Harbour")
    assert Membership.objects.get(organisation=made).role == "approver"
