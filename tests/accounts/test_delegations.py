from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, User
from notifications.outbox import party
from tests.factories import DelegationFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timedelta()
DAY = timedelta(days=1)


def fresh(user):
    """As the next request finds them."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("first", "last", "is_one"),
    [(TODAY, TODAY, True), (-9 * DAY, 9 * DAY, True), (DAY, 9 * DAY, False), (-9 * DAY, -DAY, False)],
)
def test_a_deputy_is_an_approver_on_the_days_of_the_delegation_alone(first, last, is_one):
    today = timezone.localdate()
    held = DelegationFactory(first_on=today + first, last_on=today + last)
    deputy = fresh(held.deputy)
    assert deputy.is_approver_of(held.organisation_id) is is_one
    assert (held.deputy in party(held.organisation_id, approvers_only=True)) is is_one
    assert [place.name for place in deputy.places_in(held.organisation_id)] == [held.giver.name] * is_one


def test_a_deputy_lets_nobody_in_and_is_an_approver_nowhere_else():
    held = DelegationFactory()
    elsewhere = MembershipFactory(user=held.deputy).organisation
    deputy = fresh(held.deputy)
    assert not deputy.is_own_approver_of(held.organisation_id)
    assert not deputy.has_perm("accounts.manage_members_organisation", held.organisation)
    assert not deputy.is_approver_of(elsewhere.pk)


@pytest.mark.parametrize("loss", ["revoked", "role", "member", "account", "own membership"])
def test_nobody_stands_for_a_power_that_is_gone(loss):
    held = DelegationFactory()
    own = Membership.objects.filter(organisation=held.organisation)
    if loss == "revoked":
        type(held).objects.update(revoked_at=timezone.now(), revoked_by=held.giver)
    elif loss == "role":
        own.filter(user=held.giver).update(role="member")
    elif loss == "member":
        own.filter(user=held.giver).delete()
    elif loss == "account":
        User.objects.filter(pk=held.giver.pk).update(is_active=False)
    else:
        own.filter(user=held.deputy).delete()
    assert not fresh(held.deputy).is_approver_of(held.organisation_id)
    assert held.deputy not in party(held.organisation_id, approvers_only=True)


def test_an_approver_who_is_given_a_place_stays_what_they_are():
    approver = MembershipFactory(approver=True)
    DelegationFactory(organisation=approver.organisation, deputy=approver.user)
    user = fresh(approver.user)
    assert user.is_own_approver_of(approver.organisation_id)
    assert user.places_in(approver.organisation_id) == ()


def test_what_a_person_is_takes_one_query_however_many_places_they_take(django_assert_num_queries):
    user = UserFactory()
    for _ in range(3):
        organisation = MembershipFactory(user=user).organisation
        DelegationFactory.create_batch(2, organisation=organisation, deputy=user)
    user = fresh(user)
    with django_assert_num_queries(1):
        assert len([pk for pk in user.membership_roles if user.is_approver_of(pk)]) == 3
        assert [len(user.places_in(pk)) for pk in user.membership_roles] == [2, 2, 2]


@pytest.mark.parametrize("wrong", ["order", "self"])
def test_the_database_refuses_a_delegation_to_oneself_or_that_ends_before_it_begins(wrong):
    today, organisation = timezone.localdate(), OrganisationFactory()
    giver = MembershipFactory(organisation=organisation, approver=True).user
    other = {"order": {"last_on": today - DAY}, "self": {"giver": giver, "deputy": giver}}[wrong]
    with pytest.raises(IntegrityError), transaction.atomic():
        DelegationFactory(organisation=organisation, **other)
