"""Files of a wish: attached while it is written, read with it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.models import Document
from documents.tasks import sweep
from tests.documents import samples, told
from tests.factories import DocumentFactory
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Wish.Status


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def attach(client, wish, name="site.pdf", data=None, **more):
    upload = SimpleUploadedFile(name, told.pdf() if data is None else data)
    return client.post(
        reverse("wishes:attach", args=[wish.slug]), {"title": "The site", "upload": upload} | more
    )


def test_a_department_attaches_a_file_and_the_public_reads_it_with_the_wish(client, people, wish_in):
    wish = wish_in(S.DRAFT)
    client.force_login(people["member"])
    assert attach(client, wish)["Location"] == wish.get_absolute_url()
    page = client.get(wish.get_absolute_url()).content.decode()
    assert "The copy for the public" in page
    sweep()
    client.logout()
    document = Document.objects.get()
    document.object_id = wish_in(S.OPEN).pk
    document.save()
    page = client.get(Wish.objects.get(pk=document.object_id).get_absolute_url()).content.decode()
    assert document.get_absolute_url() in page
    assert reverse("documents:picture", args=[document.key]) in page
    assert "As it was uploaded" not in page


def test_a_wrong_file_says_why_and_keeps_what_was_typed(client, people, wish_in):
    client.force_login(people["member"])
    response = attach(client, wish_in(S.DRAFT), data=samples.png())
    page = response.content.decode()
    assert "The contents of the file are not what its name says." in page
    assert 'value="The site"' in page
    assert not Document.objects.exists()


@pytest.mark.parametrize("state", [S.ENDORSEMENT, S.SCREENING, S.OPEN])
def test_what_others_read_already_gets_no_new_file(client, people, wish_in, state):
    client.force_login(people["member"])
    assert attach(client, wish_in(state)).status_code == 403


def test_a_confidential_file_of_an_open_wish_is_not_even_named_to_others(client, people, wish_in):
    wish = wish_in(S.OPEN)
    DocumentFactory(
        noun="wishes.wish",
        object_id=wish.pk,
        organisation=wish.organisation,
        title="Secret plan",
        scan="clean",
    )
    for role in ("anonymous", "vendor", "other_member"):
        if people[role]:
            client.force_login(people[role])
        assert "Secret plan" not in client.get(wish.get_absolute_url()).content.decode(), role
    client.force_login(people["member"])
    assert "Secret plan" in client.get(wish.get_absolute_url()).content.decode()
