"""What only vendors read who accepted its terms: who, until when, and that nobody else learns of it."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from documents.models import Document
from documents.services import attach
from journal.models import Entry
from journal.workflow import IllegalTransition
from matching.texts import item_of
from notifications.models import Notification
from tests.documents import samples
from tests.factories import (
    AnnexAcceptanceFactory,
    AnnexFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import annexes
from wishes.models import Annex, AnnexAcceptance, Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"
SECRET = "the-plan-of-the-machine-room"
READERS = {"creator", "member", "approver", "office", "auditor", "administrator"}


@pytest.fixture
def annex(wish_in):
    return AnnexFactory(wish=wish_in(S.OPEN), text_en=SECRET)


@pytest.fixture
def seller():
    """An approver of a vendor."""
    return MembershipFactory(organisation=OrganisationFactory(vendor=True), approver=True).user


def url(annex, name="annex"):
    return reverse(f"wishes:{name}", args=[annex.wish.slug])


def fresh(person):
    return User.objects.get(pk=person.pk)


def reads(client, person, annex):
    """By the page, the rule and the query set alike."""
    client.logout()
    client.force_login(fresh(person), backend=BACKEND)
    response = client.get(url(annex))
    by_page = response.status_code == 200 and SECRET in response.content.decode()
    by_rule = fresh(person).has_perm("wishes.view_annex", Annex.objects.get(pk=annex.pk))
    by_rows = Annex.objects.visible_to(fresh(person)).filter(pk=annex.pk).exists()
    assert by_page == by_rule == by_rows
    return by_page


def test_its_department_the_office_and_who_watches_read_it_and_nobody_else(client, people, annex):
    found = {role for role, person in people.items() if person and reads(client, person, annex)}
    assert found == READERS
    client.logout()
    assert "login" in client.get(url(annex))["Location"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("vendor", 200), ("other_member", 403), ("expert", 403), ("engineer", 403), ("office", 200)],
)
def test_terms_are_for_those_who_may_answer(client, people, annex, role, status):
    client.force_login(people[role], backend=BACKEND)
    assert client.get(url(annex)).status_code == status


def test_an_approver_accepts_for_all_of_the_vendor_and_it_is_recorded(client, annex, seller):
    [organisation] = seller.organisations.all()
    colleague = MembershipFactory(organisation=organisation).user
    stranger = MembershipFactory(organisation=OrganisationFactory(vendor=True)).user
    client.force_login(seller, backend=BACKEND)
    given = {"agree": "1", "version": "1", "organisation": organisation.pk}
    for _time in range(2):  # twice is once
        assert client.post(url(annex, "accept_annex"), given).status_code == 302
    row = AnnexAcceptance.objects.get()
    assert (row.person, row.organisation, row.version) == (seller, organisation, 1)
    entry = Entry.objects.about(annex.wish).get(verb="accept_annex")
    assert (entry.actor_id, entry.details["organisation"], entry.details["version"]) == (
        seller.pk,
        organisation.pk,
        1,
    )
    assert entry.details["terms"] == annexes.fingerprint(annex)
    assert [reads(client, person, annex) for person in (seller, colleague, stranger)] == [True, True, False]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"version": "1"},
        {"agree": "1", "version": "2"},
        {"agree": "1", "version": "first"},
        {"agree": "1", "version": "1", "organisation": "0"},
    ],
)
def test_what_is_no_acceptance_opens_nothing(client, annex, seller, given):
    [organisation] = seller.organisations.all()
    client.force_login(seller, backend=BACKEND)
    response = client.post(
        url(annex, "accept_annex"), {"organisation": organisation.pk, **given}, follow=True
    )
    assert not AnnexAcceptance.objects.exists()
    assert SECRET not in response.content.decode()
    assert list(response.context["messages"])


def test_who_does_not_speak_for_a_vendor_accepts_nothing(client, annex, people):
    member = MembershipFactory(organisation=OrganisationFactory(vendor=True)).user
    for person in (member, people["approver"]):
        organisation = fresh(person).organisations.get()
        with pytest.raises(ValidationError):
            annexes.accept(annex, by=fresh(person), organisation=organisation, version=1)
    client.force_login(member, backend=BACKEND)
    assert 'name="agree"' not in client.get(url(annex)).content.decode()


def test_other_terms_end_every_acceptance_and_its_approvers_are_told(client, people, annex, seller):
    organisation = seller.organisations.get()
    annexes.accept(annex, by=seller, organisation=organisation, version=1)
    annexes.write(annex.wish, by=people["member"], terms_en="Stricter.", text_en=SECRET)
    assert not reads(client, seller, annex)
    assert Notification.objects.get(recipient=seller, channel="inbox").template == "wishes/mail/annex_terms"
    with pytest.raises(IllegalTransition):
        annexes.accept(annex, by=fresh(seller), organisation=organisation, version=1)
    annexes.accept(annex, by=fresh(seller), organisation=organisation, version=2)
    assert reads(client, seller, annex)
    assert AnnexAcceptance.objects.count() == 2  # what was accepted before stays on record


def test_another_text_under_the_same_terms_ends_nothing(client, people, annex, seller):
    annexes.accept(annex, by=seller, organisation=seller.organisations.get(), version=1)
    annexes.write(annex.wish, by=people["member"], terms_en=annex.terms_en, text_en=f"{SECRET} and more")
    assert reads(client, seller, annex)


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.MERGED])
def test_an_acceptance_ends_with_the_wish(client, wish_in, seller, status):
    annex = AnnexFactory(wish=wish_in(status), text_en=SECRET)
    AnnexAcceptanceFactory(annex=annex, organisation=seller.organisations.get(), person=seller)
    assert not reads(client, seller, annex)


def test_who_leaves_the_vendor_reads_it_no_more(client, annex, seller):
    annexes.accept(annex, by=seller, organisation=seller.organisations.get(), version=1)
    seller.memberships.all().delete()
    assert not reads(client, seller, annex)


def test_a_closed_wish_lets_nobody_else_in(annex, seller):
    Wish._base_manager.filter(pk=annex.wish_id).update(**{"status": S.EXPIRED})
    with pytest.raises(IllegalTransition):
        annexes.accept(annex, by=seller, organisation=seller.organisations.get(), version=1)


def test_its_files_are_for_who_accepted(client, people, annex, seller):
    document = attach(
        annex,
        by=people["member"],
        organisation=annex.wish.organisation,
        upload=SimpleUploadedFile("plan.pdf", samples.pdf()),
        title="Plan",
        confidential=False,
    )

    def may(person):
        return fresh(person).has_perm("documents.view_document", document)

    everyone = [person for person in people.values() if person]
    assert {role for role, person in people.items() if person and may(person)} == READERS
    assert not may(seller)
    annexes.accept(annex, by=seller, organisation=seller.organisations.get(), version=1)
    assert may(seller)
    assert everyone


def test_the_department_writes_it_and_attaches_files(client, people, wish_in):
    wish = wish_in(S.OPEN)
    client.force_login(people["member"], backend=BACKEND)
    address = reverse("wishes:write_annex", args=[wish.slug])
    assert client.post(address, {"text_en": SECRET}).status_code == 422
    assert not Annex.objects.exists()
    assert client.post(address, {"text_en": SECRET, "terms_zh": "不得轉交。"}).status_code == 302
    annex = Annex.objects.get()
    assert (annex.version, annex.text_en) == (1, SECRET)
    assert client.get(url(annex, "attach_annex")).status_code == 200
    response = client.post(
        url(annex, "attach_annex"), {"title": "Plan", "upload": SimpleUploadedFile("a.pdf", samples.pdf())}
    )
    assert response.status_code == 302
    assert not Document.objects.about(annex).get().is_confidential
    assert "Plan" in client.get(url(annex)).content.decode()


@pytest.mark.parametrize("role", ["other_member", "vendor", "office", "auditor", "expert"])
def test_nobody_else_writes_it(client, people, annex, role):
    client.force_login(people[role], backend=BACKEND)
    assert client.post(url(annex, "write_annex"), {"terms_en": "Mine."}).status_code == 403
    assert client.get(url(annex, "attach_annex")).status_code in (403, 404)


@pytest.mark.parametrize(
    "path", ["", "/api/v1/wishes/", "/en/wishes/", "/en/wishes/feed/", "/en/search/?q=plan"]
)
def test_no_page_api_feed_or_search_says_a_word_of_it(client, annex, path):
    response = client.get(path or annex.wish.get_absolute_url())
    assert response.status_code == 200
    assert SECRET not in response.content.decode()


def test_the_engine_does_not_read_it(annex):
    assert SECRET not in repr(item_of(annex.wish))


def test_terms_that_change_while_they_are_accepted_are_not_accepted(committed):
    seller = MembershipFactory(organisation=OrganisationFactory(vendor=True), approver=True).user
    annex, author = AnnexFactory(wish=WishFactory(open=True)), UserFactory()
    organisation = seller.organisations.get()

    def accept():
        return annexes.accept(annex, by=fresh(seller), organisation=organisation, version=1)

    at_once(accept, lambda: annexes.write(annex.wish, by=author, terms_en="Stricter."))
    assert not AnnexAcceptance.objects.in_force().exists()
    assert Annex.objects.get().version == 2
