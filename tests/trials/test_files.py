"""Files of a trial: who attaches them, who reads which, and what waits in quarantine."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.models import Document
from documents.services import further
from tests.factories import MembershipFactory, UserFactory
from tests.trials import stories
from trials.models import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


PEOPLE = ("anonymous", "department", "vendor", "engineer", "other engineer", "office", "expert", "stranger")


def person(standing, trial):
    sides = {"department": trial.match.wish, "vendor": trial.match.solution}
    if standing in sides:
        return MembershipFactory(organisation=sides[standing].organisation).user
    if standing == "engineer":
        return trial.engineer
    if standing == "stranger":
        return MembershipFactory(organisation__vendor=True).user
    roles = {"other engineer": "engineer", "office": "office", "expert": "expert"}
    return UserFactory(**{roles[standing]: True}) if standing in roles else None


def status(client, document):
    response = client.get(document.get_absolute_url())
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def attach(client, trial, user, *, confidential, name="permit.txt"):
    client.force_login(user)
    upload = SimpleUploadedFile(name, b"Permit for works at height, no. 12", content_type="text/plain")
    sent = {"title": name, "upload": upload, **({"confidential": "on"} if confidential else {})}
    return client.post(reverse("trials:attach", args=[trial.slug]), sent)


@pytest.mark.parametrize(
    ("standing", "answer"),
    [
        ("anonymous", 302),
        ("department", 302),
        ("vendor", 302),
        ("engineer", 302),
        ("office", 302),
        ("other engineer", 403),
        ("expert", 403),
        ("stranger", 403),
    ],
)
def test_who_attaches_a_file_and_whose_it_is(client, standing, answer):
    trial = stories.locked()
    user = person(standing, trial)
    if user is None:
        assert "/account/login/" in client.post(reverse("trials:attach", args=[trial.slug])).url
        return
    assert attach(client, trial, user, confidential=True).status_code == answer
    owners = [one.organisation for one in Document.objects.about(trial)]
    vendor, department = trial.match.solution.organisation, trial.match.wish.organisation
    expected = vendor if standing == "vendor" else department
    assert owners == ([expected] if answer == 302 else [])


def test_a_trial_that_is_closed_takes_no_file_and_one_that_is_planned_none_from_strangers(client):
    trial = stories.locked()
    Trial._base_manager.filter(pk=trial.pk).update(status="closed")
    assert attach(client, trial, trial.engineer, confidential=False).status_code == 403
    planned = stories.planned()
    assert attach(client, planned, person("stranger", planned), confidential=False).status_code == 404
    assert not Document.objects.exists()


READS_ALL = {"engineer", "office", "expert"}


@pytest.mark.parametrize("attached_by", ["department", "vendor", "engineer"])
def test_a_confidential_file_is_read_by_its_side_and_by_who_runs_and_judges(client, attached_by):
    trial = stories.locked()
    attach(client, trial, person(attached_by, trial), confidential=True)
    document = Document.objects.get()
    further(document.pk)
    side = "vendor" if attached_by == "vendor" else "department"
    for standing in PEOPLE:
        client.logout()
        if user := person(standing, trial):
            client.force_login(user)
        may = standing in READS_ALL or standing == side
        assert status(client, document) == (200 if may else 404), standing
        listed = client.get(trial.get_absolute_url()).context["documents"]
        assert [one.pk for one in listed] == ([document.pk] if may else []), standing


@pytest.mark.parametrize("standing", ["anonymous", "vendor"])
def test_a_public_file_is_everyones_once_the_plan_is_locked_and_its_copy_is_made(client, standing):
    trial = stories.locked()
    attach(client, trial, trial.engineer, confidential=False)
    document = Document.objects.get()
    client.logout()
    if user := person(standing, trial):
        client.force_login(user)
    assert status(client, document) == 404
    further(document.pk)
    assert status(client, document) == 200
    assert "permit.txt" in client.get(trial.get_absolute_url()).content.decode()


def test_a_public_file_of_a_trial_that_is_planned_is_its_parties_own(client):
    trial = stories.planned()
    attach(client, trial, trial.engineer, confidential=False)
    document = Document.objects.get()
    further(document.pk)
    answers = []
    for standing in ("vendor", "stranger", "anonymous"):
        client.logout()
        if user := person(standing, trial):
            client.force_login(user)
        answers.append(status(client, document))
    assert answers == [200, 404, 404]


def test_a_file_in_quarantine_is_opened_by_nobody_and_its_owner_sees_that_it_waits(client, settings):
    settings.CLAMAV = "127.0.0.1:9"
    trial = stories.locked()
    attach(client, trial, person("department", trial), confidential=True)
    document = Document.objects.get()
    assert document.scan == "pending"
    assert "Being scanned for viruses" in client.get(trial.get_absolute_url()).content.decode()
    for standing in ("department", "engineer", "office"):
        client.force_login(person(standing, trial))
        assert status(client, document) == 404


def test_a_file_of_a_kind_that_is_not_taken_says_why_and_keeps_what_was_typed(client):
    trial = stories.locked()
    response = attach(client, trial, trial.engineer, confidential=False, name="virus.exe")
    assert response.status_code == 200
    assert response.context["form"].errors["upload"]
    assert response.context["form"]["title"].value() == "virus.exe"
    assert not Document.objects.exists()
