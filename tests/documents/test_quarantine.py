"""The office's list of files that nobody can open, and what a vendor's page says of its own."""

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.models import Document
from tests.factories import (
    DocumentFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/en/documents/quarantine/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(client):
    user = UserFactory(office=True)
    client.force_login(user)
    return user


def test_the_list_shows_what_nobody_can_open_and_nothing_else(client, office):
    DocumentFactory(title="Infected plan", infected=True)
    DocumentFactory(title="Waiting plan", trouble="scanner", attempts=4)
    DocumentFactory(title="Left plan", trouble="scanner", attempts=60, due_at=None)
    DocumentFactory(title="Good plan", public=True)
    page = client.get(PAGE).content.decode()
    assert [
        title for title in ("Infected", "Waiting", "Left", "Good") if f"{title} plan</strong>" in page
    ] == [
        "Infected",
        "Waiting",
        "Left",
    ]
    for said in ("Eicar-Test-Signature", "Tried 4 times.", "Tried 60 times.", "Given up", "Virus found"):
        assert said in page, said


def test_an_infected_file_offers_to_be_deleted_and_never_to_be_tried_again(client, office):
    infected = DocumentFactory(infected=True)
    page = client.get(PAGE).content.decode()
    assert reverse("documents:discard", args=[infected.key]) in page
    assert reverse("documents:rescan", args=[infected.key]) not in page
    answer = client.post(reverse("documents:rescan", args=[infected.key]), follow=True).content.decode()
    assert "There is nothing to try again" in answer
    infected.refresh_from_db()
    assert infected.scan == "refused"
    client.post(reverse("documents:discard", args=[infected.key]))
    assert not Document.objects.exists()


def test_what_was_given_up_is_tried_again_when_the_office_says_so(client, office):
    left = DocumentFactory(trouble="scanner", attempts=60, due_at=None)
    answer = client.post(reverse("documents:rescan", args=[left.key]), follow=True).content.decode()
    assert "It is tried again within a minute." in answer
    left.refresh_from_db()
    assert (left.attempts, left.due_at <= timezone.now()) == (0, True)


def test_an_auditor_reads_the_list_and_changes_nothing(client):
    client.force_login(UserFactory(auditor=True))
    DocumentFactory(infected=True)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "/discard/" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(client, office, count, django_assert_num_queries):
    DocumentFactory.create_batch(count, infected=True)
    client.get(PAGE)
    with django_assert_num_queries(5):  # session, person, count, files with who they are of, inbox
        client.get(PAGE)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "Being scanned for viruses"),
        ({"trouble": "scanner", "attempts": 2}, "The virus scanner does not answer at the moment"),
        ({"trouble": "scanner", "attempts": 60, "due_at": None}, "gave no answer for more than a day"),
        ({"infected": True}, "A virus was found in this file (Eicar-Test-Signature)"),
        ({"scan": "clean", "is_confidential": False}, "The copy for the public"),
        (
            {"scan": "clean", "is_confidential": False, "trouble": "locked", "due_at": None},
            "No copy for the public could be made: It is locked with a password.",
        ),
    ],
)
def test_a_vendor_reads_how_far_its_file_is_and_the_public_reads_nothing(client, state, said):
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    solution = SolutionFactory(organisation=vendor.organisation, listed=True)
    document = DocumentFactory(
        organisation=vendor.organisation, object_id=solution.pk, title="Our plan", **state
    )
    assert "Our plan" not in client.get(solution.get_absolute_url()).content.decode()
    client.force_login(vendor.user)
    page = client.get(solution.get_absolute_url()).content.decode()
    assert ("Our plan" in page, said in page) == (True, True)
    may_delete = document.due_at is None
    assert (reverse("documents:discard", args=[document.key]) in page) == may_delete


def test_a_vendor_deletes_its_own_and_comes_back_to_its_page(client):
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    solution = SolutionFactory(organisation=vendor.organisation, listed=True)
    document = DocumentFactory(organisation=vendor.organisation, object_id=solution.pk, infected=True)
    client.force_login(vendor.user)
    response = client.post(
        reverse("documents:discard", args=[document.key]), {"next": solution.get_absolute_url()}
    )
    assert response["Location"] == solution.get_absolute_url()
    assert not Document.objects.exists()


def test_after_a_verb_nobody_is_led_off_the_portal(client, office):
    document = DocumentFactory(infected=True)
    response = client.post(
        reverse("documents:discard", args=[document.key]), {"next": "https://evil.example.org/"}
    )
    assert response["Location"] == PAGE
