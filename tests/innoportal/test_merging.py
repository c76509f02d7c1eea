"""Two entries of one organisation become one: nothing is forgotten, and who may judge stays true."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import joining, registering
from accounts.models import Membership, Organisation, SuspectedPair, Verification
from innoportal.carrying import RULES, relations
from innoportal.merging import merge, preview
from journal.models import Entry
from matching.models import Conflict
from matching.services import approvals, parties_of
from notifications.models import Follow, Notification
from tests import factories as make
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.UserFactory(office=True)


@pytest.fixture
def pair():
    """The newer one goes, the older one stands."""
    return make.SuspectedPairFactory()


def one(pair, office, **more):
    return merge(pair, stands=pair.first, by=office, reason="One firm.", **more)


def test_every_foreign_key_to_an_organisation_has_a_rule():
    assert set(relations()) == set(RULES)


def test_everything_is_carried_over_and_nothing_names_the_old_one(pair, office):
    old, new = pair.second, pair.first
    solution = make.SolutionFactory(organisation=old, nominated_by=new)
    make.SolutionDraftFactory(organisation=old)
    make.VerificationFactory(given=True, organisation=old)
    make.InvitationFactory(organisation=old)
    make.JoinRequestFactory(organisation=old)
    make.PartnershipFactory(organisation=old)
    make.VenueFactory(organisation=old)
    make.DelegationFactory(organisation=old)
    Conflict.objects.create(expert=make.UserFactory(expert=True), organisation=old, reason="Cousin.")
    would = preview(pair, stands=new, by=office)
    assert Organisation.objects.get(pk=old.pk).merged_into is None
    assert one(pair, office) == would
    for key, (model, field) in relations().items():
        left = model._base_manager.filter(**{field: old}).count()
        assert left == (1 if key == "accounts.SuspectedPair.second" else 0), key
    solution.refresh_from_db()
    assert (solution.organisation, solution.nominated_by) == (new, None)
    new.refresh_from_db()
    assert new.is_confirmed


def test_departments_keep_their_wishes_sponsors_calls_and_one_list_of_steps(office):
    pair = make.SuspectedPairFactory(first=make.OrganisationFactory(), second=make.OrganisationFactory())
    old, new = pair.second, pair.first
    mine, theirs = (
        make.WishFactory(open=True, organisation=new),
        make.WishFactory(open=True, organisation=old),
    )
    both = make.WishFactory(open=True)
    make.SponsorFactory(wish=mine, organisation=old)
    make.SponsorFactory(wish=theirs, organisation=new)
    make.SponsorFactory(wish=both, organisation=old)
    make.SponsorFactory(wish=both, organisation=new)
    for organisation in (old, new):
        make.EndorsementStepFactory(organisation=organisation, position=1)
    one(pair, office)
    assert set(new.wishes.values_list("pk", flat=True)) == {mine.pk, theirs.pk}
    assert list(new.sponsored.values_list("wish", flat=True)) == [both.pk]
    assert new.endorsement_steps.in_force().count() == 1
    assert new.endorsement_steps.count() == 2


def test_who_is_in_both_keeps_the_higher_role_and_everyone_hears_of_it_once(pair, office):
    twice = make.MembershipFactory(organisation=pair.first).user
    make.MembershipFactory(organisation=pair.second, user=twice, approver=True)
    other = make.MembershipFactory(organisation=pair.second).user
    make.InvitationFactory(organisation=pair.first, email=other.email)
    one(pair, office)
    roles = dict(Membership.objects.filter(organisation=pair.first).values_list("user", "role"))
    assert roles == {twice.pk: "approver", other.pk: "member"}
    assert not pair.first.invitations.exists()
    for person in (twice, other):
        assert Notification.objects.filter(recipient=person, channel="inbox").count() == 1


def test_two_badges_become_one_and_the_other_says_why_it_ended(pair, office):
    for side in (pair.first, pair.second):
        make.VerificationFactory(given=True, organisation=side)
    make.VerificationFactory(organisation=pair.second)
    one(pair, office)
    rows = Verification.objects.filter(organisation=pair.first)
    assert (rows.count(), rows.in_force().count(), rows.waiting().count()) == (3, 1, 0)
    assert rows.get(revoked_at__isnull=False).revoked_for == "One firm."


def test_followers_go_along_once(pair, office):
    noun, fan, other = "accounts.organisation", make.UserFactory(), make.UserFactory()
    for user, side in ((fan, pair.first), (fan, pair.second), (other, pair.second)):
        Follow.objects.create(user=user, noun=noun, object_id=side.pk)
    assert preview(pair, stands=pair.first, by=office)["notifications.Follow"] == 1
    one(pair, office)
    assert set(Follow.objects.values_list("user", "object_id")) == {
        (fan.pk, pair.first.pk),
        (other.pk, pair.first.pk),
    }


def test_a_verdict_of_who_was_near_the_old_one_counts_no_more(pair, office):
    """Declared near, or a member: neither judged the other's solution against a rule at the time."""
    near, member = make.UserFactory(expert=True), make.UserFactory(expert=True)
    Conflict.objects.create(expert=near, organisation=pair.second, reason="Adviser.")
    make.MembershipFactory(user=member, organisation=pair.second)
    match = make.MatchFactory(review=True, solution__organisation=pair.first)
    for expert in (near, member, make.UserFactory(expert=True)):
        make.ReviewFactory(match=match, expert=expert, verdict="approve")
    assert approvals(match) == 3
    one(pair, office)
    assert pair.first.pk in parties_of(match)
    assert approvals(match) == 1


def test_nobody_becomes_party_to_both_sides_of_a_match(pair, office):
    department = pair.second
    make.MatchFactory(
        wish=make.WishFactory(open=True, organisation=department), solution__organisation=pair.first
    )
    with pytest.raises(ValidationError, match="nobody judges their own"):
        one(pair, office)
    assert Organisation.objects.get(pk=department.pk).merged_into is None


def test_a_vendor_and_a_department_stay_two(office):
    pair = make.SuspectedPairFactory(first=make.OrganisationFactory())
    with pytest.raises(ValidationError, match="another kind"):
        preview(pair, stands=pair.first, by=office)


def test_who_belongs_to_one_of_them_does_not_merge(pair, office):
    make.MembershipFactory(user=office, organisation=pair.second)
    with pytest.raises(ValidationError, match="does not belong"):
        one(pair, office)


def test_the_office_merges_on_its_page_and_the_old_address_leads_on(client, pair, office):
    make.MembershipFactory(organisation=pair.second)
    client.force_login(office)
    address = reverse("merge-organisations", args=[pair.pk, pair.first_id])
    assert address in client.get(pair.get_absolute_url()).content.decode()
    assert "Memberships" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "One firm."}).url == pair.first.get_absolute_url()
    moved = client.get(pair.second.get_absolute_url())
    assert (moved.status_code, moved.url) == (301, pair.first.get_absolute_url())
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by) == ("same", office)
    verbs = [Entry.objects.about(side).get().verb for side in (pair.second, pair.first)]
    assert verbs == ["merge", "absorb"]
    assert (
        "merged already" in client.get(address).content.decode()
        or "decided already" in client.get(address).content.decode()
    )
    wrong = reverse("merge-organisations", args=[pair.pk, make.OrganisationFactory().pk])
    assert client.get(wrong).status_code == 404


def test_of_three_the_first_address_leads_straight_to_the_last(pair, office):
    third = make.OrganisationFactory(vendor=True)
    one(pair, office)
    later = SuspectedPair.objects.create(first=pair.first, second=third, reasons=["name"])
    merge(later, stands=third, by=office, reason="One firm.")
    assert set(third.earlier.values_list("pk", flat=True)) == {pair.first_id, pair.second_id}


def test_of_two_merges_at_once_one_is_done(committed):
    pair, office = make.SuspectedPairFactory(), make.UserFactory(office=True)
    make.MembershipFactory(organisation=pair.second)
    make.MembershipFactory(organisation=pair.first)
    found = at_once(
        lambda: merge(pair, stands=pair.first, by=office, reason="One."),
        lambda: merge(pair, stands=pair.second, by=office, reason="One."),
    )
    assert sum(isinstance(each, ValidationError) for each in found) == 1
    stands = Organisation.objects.standing().get(pk__in=(pair.first_id, pair.second_id))
    assert stands.memberships.count() == 2


def test_who_asks_to_join_while_it_is_merged_asks_the_one_that_stands(committed):
    pair, office, person = make.SuspectedPairFactory(), make.UserFactory(office=True), make.UserFactory()
    found = at_once(
        lambda: merge(pair, stands=pair.first, by=office, reason="One."),
        lambda: joining.ask_to_join(pair.second, by=person),
    )
    assert not [each for each in found if isinstance(each, Exception)]
    assert person.join_requests.get().organisation == pair.first


def test_who_registers_the_same_while_it_is_merged_is_shown_one_that_stands(committed):
    pair, office, person = make.SuspectedPairFactory(), make.UserFactory(office=True), make.UserFactory()
    Organisation.objects.filter(pk__in=(pair.first_id, pair.second_id)).update(
        name_en="Peak Sense", name_zh=""
    )
    _done, found = at_once(
        lambda: merge(pair, stands=pair.first, by=office, reason="One."),
        lambda: registering.register(by=person, kind="startup", name_en="Peak Sense Ltd"),
    )
    assert isinstance(found, registering.MayBeHere)
    assert pair.first in [each.organisation for each in found.candidates]
    assert not person.memberships.exists()


def test_two_co_authors_that_become_one_are_named_once_with_the_more_that_either_had(pair, office):
    old, new = pair.second, pair.first
    both, own, other = make.SolutionFactory(), make.SolutionFactory(organisation=old), make.SolutionFactory()
    make.CoAuthorFactory(solution=both, organisation=new, may_edit=True)
    make.CoAuthorFactory(solution=both, organisation=old, accepted=True)
    make.CoAuthorFactory(solution=own, organisation=new, accepted=True)
    make.CoAuthorFactory(solution=other, organisation=old, accepted=True)
    assert preview(pair, stands=new, by=office) == one(pair, office)
    rows = {row.solution: row for row in new.coauthored.all()}
    assert rows.keys() == {both, other}  # of what is its own by now it is no co-author
    assert rows[both].accepted_at and rows[both].may_edit
    assert not old.coauthored.exists()


def test_what_waits_between_the_two_is_taken_back_and_the_rest_is_carried(pair, office):
    old, new = pair.second, pair.first
    between = make.NominationFactory(here=True, vendor=new, nominator=old)
    stays = make.NominationFactory(here=True, vendor=old)
    assert preview(pair, stands=new, by=office) == one(pair, office)
    between.refresh_from_db()
    stays.refresh_from_db()
    assert (between.status, between.nominator) == ("taken_back", new)
    assert (stays.status, stays.vendor) == ("waiting", new)
