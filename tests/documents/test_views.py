"""Who gets which file: every role, public and confidential, of a thing in every state."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from documents.models import Document, Rendition
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
    document = Document.objects.create(
        noun=thing._meta.label_lower,
        object_id=thing.pk,
        organisation=getattr(thing, "organisation", thing),
        title="Plan",
        filename=name,
        content_type="text/plain; charset=utf-8",
        size=6,
        sha256="0" * 64,
        file=samples.upload(name, b"as it came"),
        is_confidential=confidential,
        scan=scan,
        due_at=None,
        found="Eicar" if scan == "refused" else "",
    )
    if scan == "clean":
        Rendition.objects.create(
            document=document,
            copy=None if confidential else samples.upload("copy", b"for all"),
            picture=samples.upload("picture", b"drawn"),
            words="Its words",
            excerpt="Its words",
        )
    return document


def url(document: Document, name="download") -> str:
    return reverse(f"documents:{name}", args=[document.key])


def fetch(client, address: str):
    """The answer, read to its end."""
    response = client.get(address)
    response.body = response.getvalue() if response.streaming else response.content
    return response


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
                assert response.getvalue() == (b"as it came" if confidential else b"for all")
            for name in ("preview", "picture"):
                assert fetch(client, url(document, name)).status_code == (200 if may else 404), name
            inside = may and role in ("own", "office", "expert", "auditor", "administrator")
            assert fetch(client, url(document, "original")).status_code == (200 if inside else 404)
            sees = Solution.objects.visible_to(user).filter(pk=solution.pk).exists()
            in_list = (
                sees and Document.objects.about(solution).readable_by(user).filter(pk=document.pk).exists()
            )
            assert in_list == may, (status, confidential)
            if in_list:
                row = Document.objects.about(solution).readable_by(user).get(pk=document.pk)
                assert (row.opens_original, row.is_own) == (inside, role == "own")


@pytest.mark.parametrize("scan", ["pending", "refused"])
def test_what_is_not_scanned_clean_is_served_to_nobody(client, scan):
    document = document_of(SolutionFactory(listed=True), confidential=False, scan=scan)
    for name in ("download", "original", "preview", "picture"):
        assert fetch(client, url(document, name)).status_code == 404
    client.force_login(UserFactory(administrator=True))
    for name in ("download", "original", "preview", "picture"):
        assert fetch(client, url(document, name)).status_code == 404


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
    assert response.getvalue() == b"for all"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_a_confidential_download_is_recorded_with_who_had_it(client):
    expert = UserFactory(expert=True)
    document = document_of(SolutionFactory(listed=True), confidential=True)
    client.force_login(expert)
    assert client.get(url(document)).getvalue() == b"as it came"
    entry = Entry.objects.get(verb="download")
    assert (entry.actor_id, entry.object_id, entry.noun) == (expert.pk, document.pk, "documents.document")


def test_the_folder_of_uploads_has_no_address(client):
    document = document_of(SolutionFactory(listed=True), confidential=False)
    for path in (f"/media/{document.file.name}", f"/static/{document.file.name}", f"/{document.file.name}"):
        assert client.get(path, follow=True).status_code == 404


def test_a_look_at_a_confidential_file_and_an_original_are_recorded_too(client):
    owner = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    client.force_login(owner.user)
    solution = SolutionFactory(organisation=owner.organisation, listed=True)
    hidden, public = (document_of(solution, confidential=confidential) for confidential in (True, False))
    for document, name in (
        (hidden, "picture"),
        (public, "original"),
        (public, "picture"),
        (public, "download"),
    ):
        client.get(url(document, name)).getvalue()
    entries = Entry.objects.filter(verb="download").order_by("pk")
    assert [(one.object_id, one.details) for one in entries] == [
        (hidden.pk, {"what": "preview"}),
        (public.pk, {}),
    ]


def test_a_picture_is_shown_within_pages_and_runs_nothing(client):
    response = client.get(url(document_of(SolutionFactory(listed=True), confidential=False), "picture"))
    assert response.getvalue() == b"drawn"
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_preview_of_a_text_shows_it_as_text(client):
    document = document_of(SolutionFactory(listed=True), confidential=False)
    Rendition.objects.update(picture="", words="<script>alert(1)</script> 升降機" + "x" * 6000)
    page = client.get(url(document, "preview")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 升降機" in page
    assert "<script>alert" not in page
    assert "This is how it begins" in page


def test_a_file_without_a_preview_is_not_offered_one(client):
    solution = SolutionFactory(listed=True)
    document = document_of(solution, confidential=False)
    Rendition.objects.update(picture="", words="", excerpt="")
    page = client.get(solution.get_absolute_url()).content.decode()
    assert url(document) in page
    assert url(document, "preview") not in page
