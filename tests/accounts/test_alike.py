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
