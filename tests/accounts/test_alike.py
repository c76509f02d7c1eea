"""The portal office's list of organisations that may be one: found each day, judged once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import alike
from accounts.models import SuspectedPair
from accounts.tasks import sweep_alike
from journal.models import Entry
from tests.factories import MembershipFactory, OrganisationFactory, SuspectedPairFactory, UserFactory

pytestmark = pytest.mark.django_db


def named(name: str, **more):
    return OrganisationFactory(vendor=True, name_en=name, name_zh="", **more)


def test_the_daily_sweep_finds_each_pair_once_with_every_reason(django_assert_max_num_queries):
    first = named("Peak Sense Ltd", br_number="70000001", website="https://peak.example")
    second = named("PEAK SENSE (HONG KONG) LIMITED", br_number="70000001")
    third = named("Valley Hum", website="https://www.peak.example")
    named("Slope Eye")
    with django_assert_max_num_queries(8):
        assert sweep_alike() == 2
    assert sweep_alike() == 0
    pairs = {(one.first_id, one.second_id): one.reasons for one in SuspectedPair.objects.all()}
    assert pairs == {(first.pk, second.pk): ["name", "number"], (first.pk, third.pk): ["domain"]}


def test_a_domain_of_many_makes_no_pairs():
    for number in range(6):
        named(f"Firm {number}", website="https://incubator.example")
    assert sweep_alike() == 0


def test_the_sweep_finds_what_registration_finds_under_a_domain_above():
    named("Uni", website="https://uni.example.hk")
    named("Robots", website="https://ie.uni.example.hk")
    assert sweep_alike() == 1


def test_what_was_judged_stays_judged(client):
    named("Peak Sense Ltd")
    named("Peak Sense Limited")
    sweep_alike()
    pair, office = SuspectedPair.objects.get(), UserFactory(office=True)
    client.force_login(office)
    assert client.post(pair.get_absolute_url(), {"reason": " "}).status_code == 200
    assert client.post(pair.get_absolute_url(), {"reason": "Two firms of one group."}).status_code == 302
    assert sweep_alike() == 0
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by, pair.note) == ("different", office, "Two firms of one group.")
    assert Entry.objects.about(pair.first).get().verb == "keep_apart"
    with pytest.raises(ValidationError, match="decided already"):
        alike.keep_apart(pair, by=office, reason="Again.")
    assert "Two firms of one group." in client.get(pair.get_absolute_url()).content.decode()


def test_who_belongs_to_one_of_them_does_not_judge():
    pair, office = SuspectedPairFactory(), UserFactory(office=True)
    MembershipFactory(user=office, organisation=pair.second)
    with pytest.raises(ValidationError, match="does not belong"):
        alike.keep_apart(pair, by=office, reason="Mine.")


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_as_many_queries_for_five_pairs_as_for_one(client, django_assert_num_queries, count):
    SuspectedPairFactory.create_batch(count)
    client.force_login(UserFactory(office=True))
    client.get(reverse("people:suspected-pairs"))
    with django_assert_num_queries(5):
        page = client.get(reverse("people:suspected-pairs")).content.decode()
    assert page.count("<li><div") == count


def pair_by_hand(client, one, other):
    return client.post(reverse("people:pair-by-hand"), {"one": one, "other": other})


def test_the_office_names_two_that_nothing_has_found_and_they_are_judged_as_any_pair(client):
    office = UserFactory(office=True)
    client.force_login(office)
    one, other = named("Peak Sense"), named("Entirely otherwise called")
    response = pair_by_hand(client, other.slug, one.slug)
    pair = SuspectedPair.objects.get()
    assert response["Location"] == pair.get_absolute_url()
    assert (pair.first, pair.second, pair.reasons) == (one, other, ["office"])
    assert Entry.objects.get(verb="suspect").details["other"] == other.slug
    assert pair_by_hand(client, one.slug, other.slug).status_code == 302  # again: the same pair
    assert SuspectedPair.objects.count() == 1
    assert "The portal office thinks so" in client.get(reverse("people:suspected-pairs")).content.decode()
    alike.keep_apart(pair, by=office, reason="Two firms.")
    again = pair_by_hand(client, one.slug, other.slug)
    assert (again.status_code, again.context["form"]["one"].value()) == (422, one.slug)


def test_a_pair_needs_two_organisations_that_stand_for_themselves(client):
    client.force_login(UserFactory(office=True))
    one, gone = named("Peak Sense"), named("Peak Sense of old")
    type(gone).objects.filter(pk=gone.pk).update(merged_into=one)
    answers = [
        pair_by_hand(client, one.slug, other).status_code
        for other in (one.slug, gone.slug, "nowhere", "", "ä ")
    ]
    assert answers == [422] * 5
    assert not SuspectedPair.objects.exists()


def test_nobody_but_the_office_names_pairs(client):
    one, other = named("Peak Sense"), named("Valley Hum")
    client.force_login(MembershipFactory(organisation=one, approver=True).user)
    assert pair_by_hand(client, one.slug, other.slug).status_code == 403
