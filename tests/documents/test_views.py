"""Who gets which file: every role, public and confidential, of a thing in every state."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from documents.models import Document
from journal.models import Entry
from solutions.models import Solution
from tests.documents import samples
from tests.factories import MembershipFactory, OrganisationFactory, SolutionFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Solution.Status
ROLES = ["office", "expert", "engineer", "verifier", "auditor", "administrator"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def document_of(thing, *, confidential: bool, scan="clean", name="plan.txt") -> Document:
    return Document.objects.create(
        noun=thing._meta.label_lower,
        object_id=thing.pk,
        organisation=getattr(thing, "organisation", thing),
        title="Plan",
        filename=name,
        content_type="text/plain; charset=utf-8",
        size=6,
        sha256="0" * 64,
        file=samples.upload(name, b"secret"),
        is_confidential=confidential,
        scan=scan,
    )


def url(document: Document) -> str:
    return reverse("documents:download", args=[document.key])


def expected(role: str, status: str, confidential: bool) -> bool:
    listed = status == S.LISTED
    if role in ("own", "auditor", "administrator"):
        return True
    if role == "office":
        return status != S.DRAFT
    if role == "expert":
        return listed
    return listed and not confidential


@pytest.mark.parametrize("role", ["anonymous", "own", "other_vendor", "department", *ROLES])
def test_a_file_goes_to_whoever_may_have_it_and_is_404_for_all_others(client, role):
    vendor = OrganisationFactory(vendor=True)
    organisation = {"own": vendor, "other_vendor": OrganisationFactory(vendor=True)}.get(role)
    if role in ROLES:
        user = UserFactory(**{role: True})
    else:
        user = MembershipFactory(organisation=organisation or OrganisationFactory()).user
    if role == "anonymous":
        user = AnonymousUser()
    else:
        client.force_login(user)
    for status in S.values:
        solution = SolutionFactory(
            organisation=vendor, status=status, listed=status in (S.LISTED, S.EXPIRED, S.WITHDRAWN)
        )
        for confidential in (True, False):
            document = document_of(solution, confidential=confidential)
            may = expected(role, status, confidential)
            response = client.get(url(document))
            assert response.status_code == (200 if may else 404), (status, confidential)
            if may:
                assert response.getvalue() == b"secret"
            sees = Solution.objects.visible_to(user).filter(pk=solution.pk).exists()
            in_list = (
                sees and Document.objects.about(solution).readable_by(user).filter(pk=document.pk).exists()
            )
            assert in_list == may, (status, confidential)


@pytest.mark.parametrize("scan", ["pending", "refused"])
def test_what_is_not_scanned_clean_is_served_to_nobody(client, scan):
    document = document_of(SolutionFactory(listed=True), confidential=False, scan=scan)
    assert client.get(url(document)).status_code == 404
    client.force_login(UserFactory(administrator=True))
    assert client.get(url(document)).status_code == 404


def test_of_a_refused_file_the_answer_is_that_of_one_that_never_was(client):
    hidden = client.get(url(document_of(SolutionFactory(), confidential=True)))
    unknown = client.get("/en/documents/00000000-0000-0000-0000-000000000000/")
    number = re.compile(rb"[0-9a-f]{32}|documents/[0-9a-f-]{36}")
    assert hidden.status_code == unknown.status_code == 404
    assert number.sub(b"", hidden.content) == number.sub(b"", unknown.content)


@pytest.mark.parametrize("noun", ["topics.topic", "no.noun", "nonsense", "accounts.user"])
def test_files_of_what_does_not_say_who_sees_it_are_seen_by_nobody(client, noun):
    document = document_of(SolutionFactory(listed=True), confidential=False)
    Document.objects.update(noun=noun)
    client.force_login(UserFactory(office=True))
    assert client.get(url(document)).status_code == 404


def test_a_file_leaves_as_an_attachment_that_no_browser_runs(client):
    document = document_of(SolutionFactory(listed=True), confidential=False, name='技術 "plan".txt')
    response = client.get(url(document))
    assert response.getvalue() == b"secret"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_a_confidential_download_is_recorded_with_who_had_it(client):
    expert = UserFactory(expert=True)
    document = document_of(SolutionFactory(listed=True), confidential=True)
    client.force_login(expert)
    assert client.get(url(document)).getvalue() == b"secret"
    entry = Entry.objects.get(verb="download")
    assert (entry.actor_id, entry.object_id, entry.noun) == (expert.pk, document.pk, "documents.document")


def test_the_folder_of_uploads_has_no_address(client):
    document = document_of(SolutionFactory(listed=True), confidential=False)
    for path in (f"/media/{document.file.name}", f"/static/{document.file.name}", f"/{document.file.name}"):
        assert client.get(path, follow=True).status_code == 404
