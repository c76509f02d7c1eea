"""What the story of a thing tells of its files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.services import attach
from tests.factories import MembershipFactory, SolutionFactory, UserFactory, WishFactory
from tests.trials import stories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def put(thing, *, by, organisation, confidential):
    upload = SimpleUploadedFile("sheet.txt", b"rated speed 4 m/s", content_type="text/plain")
    title = "Secret sheet" if confidential else "Data sheet"
    attach(thing, by=by, organisation=organisation, upload=upload, title=title, confidential=confidential)


def titles(client, thing, user):
    client.force_login(user)
    kind = thing._meta.model_name
    found = client.get(reverse(f"case:{kind}", args=[thing.slug])).context["lines"]
    return [str(line["title"]) for line in found]


@pytest.mark.parametrize(
    ("confidential", "told"), [(False, "A file was attached: Data sheet"), (True, "A file was attached")]
)
@pytest.mark.parametrize("kind", ["wish", "solution"])
def test_the_case_of_a_thing_tells_its_people_of_a_file_and_never_what_a_confidential_one_is_called(
    client, kind, confidential, told
):
    member = MembershipFactory(organisation__vendor=kind == "solution")
    make = SolutionFactory(organisation=member.organisation, listed=True) if kind == "solution" else None
    thing = make or WishFactory(organisation=member.organisation, open=True)
    put(thing, by=member.user, organisation=member.organisation, confidential=confidential)
    assert titles(client, thing, member.user)[-1] == told
    assert "A file" not in "".join(titles(client, thing, UserFactory()))


def test_the_page_of_a_trial_tells_both_sides_of_a_file(client):
    trial = stories.planned()
    vendor = MembershipFactory(organisation=trial.match.solution.organisation).user
    put(trial, by=trial.engineer, organisation=trial.match.wish.organisation, confidential=True)
    client.force_login(vendor)
    lines = client.get(trial.get_absolute_url()).context["timeline"]
    assert [str(line["title"]) for line in lines][-1] == "A file was attached"
