"""*We need it too*: with one's own site and constraints, and out again with a reason."""

import pytest
from django.urls import reverse

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from notifications.models import Notification
from tests.factories import DelegationFactory, MembershipFactory, OrganisationFactory, SponsorFactory
from tests.threads import at_once
from wishes import services
from wishes.models import Sponsor, Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def neighbour():
    """An approver of another department."""
    return MembershipFactory(approver=True)


def test_it_joins_with_its_site_and_constraints_and_everyone_reads_them(client, wish_in, neighbour):
    wish = wish_in(S.OPEN)
    client.force_login(neighbour.user, backend=BACKEND)
    data = {"organisation": neighbour.organisation.pk, "site_en": "Sha <Tin>", "constraints_zh": "夜間施工"}
    assert client.post(reverse("wishes:sponsor", args=[wish.slug]), data).status_code == 302
    client.logout()
    body = client.get(wish.get_absolute_url()).content.decode()
    assert "Sha &lt;Tin&gt;" in body
    assert "夜間施工" in body


def test_what_was_typed_stays_when_it_is_too_long_or_too_late(client, wish_in, neighbour):
    wish = wish_in(S.OPEN)
    client.force_login(neighbour.user, backend=BACKEND)
    address = reverse("wishes:sponsor", args=[wish.slug])
    data = {"organisation": neighbour.organisation.pk, "constraints_en": "Kept words."}
    long = client.post(address, data | {"site_en": "x" * 201})
    assert long.status_code == 422
    assert "Kept words." in long.content.decode()
    services.sponsor(wish, by=None, organisation=neighbour.organisation)
    twice = client.post(address, data)
    assert twice.status_code == 409
    assert Sponsor.objects.get().constraints_en == ""


def test_it_leaves_with_a_reason_and_what_it_said_stays_in_the_journal(client, people, wish_in, neighbour):
    wish = wish_in(S.OPEN)
    services.sponsor(wish, by=neighbour.user, organisation=neighbour.organisation, site_en="Sha Tin")
    client.force_login(neighbour.user, backend=BACKEND)
    address = reverse("wishes:leave", args=[wish.slug])
    assert client.post(address, {"organisation": neighbour.organisation.pk, "reason": " "}).status_code == 422
    client.post(address, {"organisation": neighbour.organisation.pk, "reason": "The site is closed."})
    assert not Sponsor.objects.exists()
    entry = Entry.objects.about(wish).get(verb="leave")
    assert entry.details["said"] == {"site_en": "Sha Tin"}
    assert entry.reason == "The site is closed."
    told = Notification.objects.filter(entry_id=entry.pk, channel="inbox").values_list("recipient", flat=True)
    assert set(told) == {people[role].pk for role in ("creator", "member", "approver")}
    services.sponsor(wish, by=neighbour.user, organisation=neighbour.organisation)  # and may come again


def test_the_service_asks_for_a_reason_too(wish_in, neighbour):
    wish = SponsorFactory(organisation=neighbour.organisation).wish
    with pytest.raises(ReasonRequired):
        services.leave(wish, by=neighbour.user, organisation=neighbour.organisation, reason="  ")


def test_nobody_takes_another_organisation_out(client, people, wish_in, neighbour):
    wish = wish_in(S.OPEN)
    other = OrganisationFactory()
    services.sponsor(wish, by=None, organisation=other)
    services.sponsor(wish, by=None, organisation=neighbour.organisation)
    client.force_login(neighbour.user, backend=BACKEND)
    data = {"organisation": other.pk, "reason": "Away with them."}
    assert client.post(reverse("wishes:leave", args=[wish.slug]), data).status_code == 422
    client.force_login(people["approver"], backend=BACKEND)
    assert client.post(reverse("wishes:leave", args=[wish.slug]), data).status_code == 403
    assert wish.sponsors.count() == 2


def test_the_way_out_is_shown_to_those_who_are_in(client, people, wish_in, neighbour):
    wish = wish_in(S.OPEN)
    client.force_login(neighbour.user, backend=BACKEND)
    assert client.get(wish.get_absolute_url()).context["leave_form"] is None
    services.sponsor(wish, by=None, organisation=neighbour.organisation)
    context = client.get(wish.get_absolute_url()).context
    assert context["leave_form"] is not None
    assert context["sponsor_form"] is None


def test_an_acting_approver_joins_in_the_place_of_another_and_the_journal_says_so(wish_in, neighbour):
    wish = wish_in(S.OPEN)
    held = DelegationFactory(organisation=neighbour.organisation, giver=neighbour.user)
    deputy = User.objects.get(pk=held.deputy.pk)
    assert deputy.has_perm("wishes.sponsor_wish", wish)
    entry = services.sponsor(wish, by=deputy, organisation=neighbour.organisation)
    assert entry.capacity.endswith(f"/acting/{neighbour.user.name}")


def test_who_leaves_while_it_is_merged_is_named_on_the_other_wish_or_nowhere(
    committed, people, wish_in, neighbour
):
    for _ in range(5):
        wish, stays = wish_in(Wish.Status.OPEN), wish_in(Wish.Status.OPEN)
        organisation = neighbour.organisation
        services.sponsor(wish, by=neighbour.user, organisation=organisation)
        merged, left = at_once(
            lambda wish=wish, stays=stays: services.merge(
                Wish.objects.get(pk=wish.pk), by=people["office"], into=stays, reason="The same."
            ),
            lambda wish=wish, organisation=organisation: services.leave(
                Wish.objects.get(pk=wish.pk), by=neighbour.user, organisation=organisation, reason="Solved."
            ),
        )
        assert merged.verb == "merge"
        is_named = stays.sponsors.filter(organisation=organisation).exists()
        assert is_named == isinstance(left, IllegalTransition)
