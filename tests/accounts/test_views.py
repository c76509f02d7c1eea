import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import Invitation, Membership
from notifications.tasks import sweep_letters
from solutions.models import Solution
from tests.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def approver(client) -> Membership:
    membership = MembershipFactory(approver=True, organisation=OrganisationFactory(vendor=True))
    client.force_login(membership.user)
    return membership


def proved(email: str):
    user = UserFactory(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def members_url(organisation) -> str:
    return reverse("people:members", args=[organisation.slug])


def invite(client, organisation, email: str, role: str = "member"):
    return client.post(members_url(organisation), {"email": email, "role": role})


def test_a_person_changes_their_own_name_and_language_and_nothing_else(client):
    user = UserFactory()
    client.force_login(user)
    data = {
        "name": "New Name",
        "language": "zh-hant",
        "roles": "office",
        "is_superuser": "on",
        "email": "x@y.hk",
    }
    client.post(reverse("people:profile"), data)
    before = user.email
    user.refresh_from_db()
    assert (user.name, user.language) == ("New Name", "zh-hant")
    assert (user.roles, user.is_superuser, user.email) == ([], False, before)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_the_profile_shows_where_one_belongs(client, approver, language):
    page = client.get(reverse("people:profile").replace("/en/", f"/{language}/"))
    assert page.status_code == 200
    assert members_url(approver.organisation).removeprefix("/en/") in page.content.decode()


def test_an_organisation_shows_what_is_public_of_it_and_no_person(client):
    member = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    listed = SolutionFactory(listed=True, organisation=member.organisation)
    draft = SolutionFactory(organisation=member.organisation)
    wish = WishFactory(open=True, organisation=member.organisation)
    page = client.get(member.organisation.get_absolute_url()).content.decode()
    assert listed.reference in page
    assert wish.reference in page
    assert draft.title_en not in page
    assert member.user.name not in page
    assert member.user.email not in page


@pytest.mark.parametrize("count", [1, 5])
def test_an_organisation_takes_as_many_queries_for_five_solutions_as_for_one(
    client, count, django_assert_num_queries
):
    organisation = OrganisationFactory(vendor=True)
    SolutionFactory.create_batch(count, listed=True, organisation=organisation)
    WishFactory.create_batch(count, open=True, organisation=organisation)
    with django_assert_num_queries(3):  # the organisation; wishes and solutions, with their topics
        client.get(organisation.get_absolute_url())


def test_an_invitation_tells_no_one_whether_the_address_has_an_account(
    client, approver, mailoutbox, django_capture_on_commit_callbacks
):
    proved("known@example.org")
    pages = []
    for email in ("known@example.org", "nobody@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            response = invite(client, approver.organisation, email)
        assert response.status_code == 302
        page = client.get(response.url).content.decode()
        pages.append(page.count(email))
        sweep_letters()
        Invitation.objects.all().delete()
    assert pages == [3, 3]  # in the list, and beside the buttons that send it again and take it back
    assert [mail.to for mail in mailoutbox] == [["known@example.org"], ["nobody@example.org"]]
    bodies = {re.sub(r"/invited/\S+", "", mail.body) for mail in mailoutbox}  # but for the links
    assert len(bodies) == 1
    assert Membership.objects.count() == 1


def test_who_is_invited_joins_by_accepting_with_the_proved_address(client, approver):
    guest = proved("guest@example.org")
    invite(client, approver.organisation, "Guest@Example.org", "approver")
    invitation = Invitation.objects.get()
    client.force_login(guest)
    assert "guest" in client.get(reverse("people:profile")).content.decode()
    client.post(reverse("people:answer-invitation", args=[invitation.pk]), {"answer": "accept"})
    assert Membership.objects.get(user=guest).role == "approver"
    assert not Invitation.objects.exists()


def test_an_address_that_is_not_proved_opens_no_invitation(client):
    thief = UserFactory(email="guest@example.org")
    EmailAddress.objects.create(user=thief, email=thief.email, verified=False, primary=True)
    invitation = InvitationFactory(email="guest@example.org")
    client.force_login(thief)
    response = client.post(reverse("people:answer-invitation", args=[invitation.pk]), {"answer": "accept"})
    assert response.status_code == 404
    assert not thief.memberships.exists()


def test_the_invitation_of_someone_else_does_not_exist(client):
    invitation = InvitationFactory()
    client.force_login(proved("other@example.org"))
    url = reverse("people:answer-invitation", args=[invitation.pk])
    assert client.post(url, {"answer": "decline"}).status_code == 404
    assert Invitation.objects.exists()


@pytest.mark.parametrize("who", ["member", "approver of another", "office", "stranger"])
def test_only_an_approver_of_the_organisation_manages_its_members(client, who):
    organisation = OrganisationFactory()
    other = MembershipFactory(organisation=organisation)
    invitation = InvitationFactory(organisation=organisation)
    user = {
        "member": lambda: MembershipFactory(organisation=organisation).user,
        "approver of another": lambda: MembershipFactory(approver=True).user,
        "office": lambda: UserFactory(office=True),
        "stranger": UserFactory,
    }[who]()
    client.force_login(user)
    answers = [
        client.get(members_url(organisation)),
        invite(client, organisation, "a@example.org"),
        client.post(reverse("people:remove-member", args=[organisation.slug, other.pk])),
        client.post(reverse("people:take-back-invitation", args=[organisation.slug, invitation.pk])),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert Membership.objects.filter(pk=other.pk).exists()
    assert list(Invitation.objects.all()) == [invitation]


def test_an_approver_cannot_reach_into_another_organisation_by_number(client, approver):
    elsewhere, invitation = MembershipFactory(), InvitationFactory()
    slug = approver.organisation.slug
    for name, pk in [("people:remove-member", elsewhere.pk), ("people:take-back-invitation", invitation.pk)]:
        assert client.post(reverse(name, args=[slug, pk])).status_code == 404
    assert Membership.objects.filter(pk=elsewhere.pk).exists()
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_who_is_removed_sees_nothing_inner_at_the_next_request(client, approver):
    member = MembershipFactory(organisation=approver.organisation)
    draft = SolutionFactory(organisation=approver.organisation)
    assert Solution.objects.visible_to(member.user).filter(pk=draft.pk).exists()
    client.post(reverse("people:remove-member", args=[approver.organisation.slug, member.pk]))
    client.force_login(member.user)
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_the_last_approver_cannot_leave(client, approver):
    MembershipFactory(organisation=approver.organisation)
    client.post(reverse("people:remove-member", args=[approver.organisation.slug, approver.pk]))
    assert Membership.objects.filter(pk=approver.pk).exists()


def test_invitations_are_limited_in_an_hour_and_in_number(client, approver):
    InvitationFactory.create_batch(49, organisation=approver.organisation)
    invite(client, approver.organisation, "fiftieth@example.org")
    response = invite(client, approver.organisation, "one-more@example.org")
    assert response.status_code == 200
    assert Invitation.objects.count() == 50
    Invitation.objects.all().delete()
    for number in range(40):
        invite(client, approver.organisation, f"person-{number}@example.org")
    assert Invitation.objects.count() == 28  # thirty in an hour, two of them above


def test_what_was_taken_back_is_not_accepted():
    invitation, user = InvitationFactory(), UserFactory()
    Invitation.objects.all().delete()
    with pytest.raises(ValidationError):
        services.accept(invitation, by=user)
    assert not Membership.objects.filter(user=user).exists()
