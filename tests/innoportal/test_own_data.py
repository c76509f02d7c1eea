"""What the portal holds about a person: all of it, theirs alone, and for themselves alone."""

import json
import zipfile
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from accounts import services
from accounts.models import Membership
from innoportal.holdings import HOLDINGS, packed, relations
from innoportal.own_data import OwnData
from journal.models import Entry
from journal.workflow import record
from tests import factories as make
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "chan@example.org"
ROWS = [rows for holding in HOLDINGS for file in holding.files for rows in file.rows]
EXCUSED = {name: reason for holding in HOLDINGS for name, reason in holding.excused.items()}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person():
    user = UserFactory(email=ADDRESS, name="Chan Tai Man")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def unpacked(found) -> dict[str, str]:
    with found, zipfile.ZipFile(found) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(user, name: str) -> list[dict]:
    """Of all files the rows that are declared as `name`."""
    files = unpacked(packed(user))
    tables = {}
    for file, text in files.items():
        if file.endswith(".json"):
            tables |= json.loads(text)
    return tables[name]


def test_every_field_that_names_a_person_is_handed_out_or_excused_with_a_reason():
    declared = {rows.name for rows in ROWS}
    assert set(relations()) - declared == set(EXCUSED)
    assert all(reason.strip() for reason in EXCUSED.values())


def test_a_key_and_an_address_are_both_found_among_the_models():
    found = set(relations())
    assert {"wishes.Question.asked_by", "wishes.EndorsementStep.people"} <= found
    assert {"accounts.Invitation.email", "notifications.Visitor.email", "mfa.Authenticator.user"} <= found


def test_nothing_is_declared_twice_and_every_file_has_its_own_name():
    names = [rows.name for rows in ROWS]
    files = [file.name for holding in HOLDINGS for file in holding.files]
    assert len(set(names)) == len(names)
    assert len(set(files)) == len(files)


SECRET = ("password", "token", "secret", "sealed", "key_hash", "session_key", "nonce", "data", "fingerprint")


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.name)
def test_no_secret_is_handed_out(rows):
    assert not [name for name in rows.fields.split() if name.split("__")[-1] in SECRET]


def test_someone_who_did_nothing_gets_every_file_with_their_profile_and_an_index(person):
    files = unpacked(packed(person))
    names = {f"{file.name}.json" for holding in HOLDINGS for file in holding.files}
    assert set(files) == names | {"index.html"}
    [profile] = json.loads(files["profile.json"])["accounts.User.pk"]
    assert (profile["email"], profile["name"]) == (ADDRESS, "Chan Tai Man")
    assert "Your name, your addresses, your language and your roles (2 rows)" in files["index.html"]


MADE = {
    "notifications.Follow.user": lambda who: make.FollowFactory(user=who, topic=make.TopicFactory()),
    "notifications.Notification.recipient": lambda who: make.NotificationFactory(recipient=who),
    "desk.SavedView.owner": lambda who: make.SavedViewFactory(owner=who),
    "matching.SavedSearch.user": lambda who: make.SavedSearchFactory(user=who),
    "matching.Review.expert": lambda who: make.ReviewFactory(expert=who),
    "wishes.Question.asked_by": lambda who: make.QuestionFactory(asked_by=who),
    "accounts.Membership.user": lambda who: make.MembershipFactory(user=who),
    "trials.LogEntry.written_by": lambda who: make.LogEntryFactory(written_by=who),
    "accounts.Invitation.email": lambda who: make.InvitationFactory(email=ADDRESS),
    "matching.SavedSearch.visitor__email": lambda who: make.SavedSearchFactory(
        user=None, visitor=make.VisitorFactory(email=ADDRESS.upper())
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_what_a_person_did_is_in_it_and_nobody_elses(person, name):
    stranger = UserFactory()
    MADE[name](person)
    assert len(rows_of(person, name)) == 1
    assert rows_of(stranger, name) == []


def test_an_address_that_is_not_proved_gives_nothing_of_its_owners(person):
    EmailAddress.objects.create(user=person, email="victim@example.org", verified=False)
    make.VisitorFactory(email="victim@example.org")
    assert rows_of(person, "notifications.Visitor.email") == []


def test_the_draft_of_an_organisation_stays_there_when_its_author_leaves(person):
    membership = make.MembershipFactory(user=person)
    make.MembershipFactory(organisation=membership.organisation, approver=True)
    make.WishDraftFactory(author=person, organisation=membership.organisation, answers={"title_en": "Leaks"})
    [row] = rows_of(person, "wishes.WishDraft.author")
    assert row["answers"] == {"title_en": "Leaks"}
    services.remove(membership, by=membership.organisation.people.exclude(pk=person.pk).get())
    assert rows_of(type(person).objects.get(pk=person.pk), "wishes.WishDraft.author") == []


def test_the_journal_names_no_one_whose_place_a_person_took(person):
    make.EntryFactory(actor_id=person.pk, actor_name=person.name, capacity="department/acting/Wong Siu Ming")
    [row] = rows_of(person, "journal.Entry.actor_id")
    assert (row["actor_name"], row["capacity"]) == ("Chan Tai Man", "department/acting")


def test_what_was_done_about_a_membership_is_told_without_who_did_it(person):
    membership, approver = make.MembershipFactory(user=person), UserFactory()
    services.change_role(membership, by=approver, role=Membership.Role.APPROVER)
    [row] = rows_of(person, "journal.Entry.object_id")
    assert set(row) == {"at", "noun", "verb"}
    assert row["verb"] == "change_role"
    assert rows_of(approver, "journal.Entry.object_id") == []


def test_where_there_is_too_much_the_newest_are_told_and_the_index_says_so(person):
    for number in range(3):
        make.SavedViewFactory(owner=person, name=f"View {number}")
    files = unpacked(packed(person, most=2))
    views = json.loads(files["workspace.json"])["desk.SavedView.owner"]
    assert [view["name"] for view in views] == ["View 2", "View 1"]
    assert "of each table the newest 2; ask the portal office" in files["index.html"]
    assert "ask the portal office" not in unpacked(packed(person, most=3))["index.html"]


def confirmed(client, person):
    """Signed in, and asked for the passphrase again."""
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_without_the_passphrase_nothing_is_handed_out(client, person):
    client.force_login(person)
    response = client.post(reverse("own-data"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_reauthenticate"))
    wrong = client.post(response.url, {"password": "not my passphrase"})
    assert (wrong.status_code, wrong["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert not Entry.objects.filter(verb="export_data").exists()


def test_with_the_passphrase_the_file_comes_at_once_and_the_journal_keeps_it(client, person):
    client.force_login(person)
    asked = client.post(reverse("own-data")).url
    response = client.post(asked, {"password": PASSWORD, "next": reverse("own-data")})
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "no-store"
    files = unpacked(BytesIO(b"".join(response.streaming_content)))
    assert ADDRESS in files["profile.json"]
    entry = Entry.objects.get(verb="export_data")
    assert (entry.noun, entry.object_id, entry.actor_id) == ("accounts.user", person.pk, person.pk)


def test_a_get_hands_out_nothing_and_says_what_there_is(client, person):
    page = confirmed(client, person).get(reverse("own-data"))
    assert page["Content-Type"] == "text/html; charset=utf-8"
    for holding in HOLDINGS:
        assert all(f"{file.name}.json" in page.content.decode() for file in holding.files)


def test_it_is_handed_out_five_times_an_hour_and_not_a_sixth(client, person):
    confirmed(client, person)
    types = []
    for _ in range(6):
        answer = client.post(reverse("own-data"))
        types.append(answer["Content-Type"])
        b"".join(answer)  # read to its end, which closes it
    assert types == ["application/zip"] * 5 + ["text/html; charset=utf-8"]
    assert Entry.objects.filter(verb="export_data").count() == 5


def test_a_stranger_is_asked_to_sign_in(client):
    assert OwnData.template_name
    for answer in (client.get(reverse("own-data")), client.post(reverse("own-data"))):
        assert answer.url.startswith(reverse("account_login"))


def test_the_index_speaks_the_readers_language(person):
    from django.utils import translation

    with translation.override("zh-hant"):
        index = unpacked(packed(person))["index.html"]
    assert '<html lang="zh-Hant">' in index
    assert "平台持有關於您的資料" in index


def test_a_record_of_a_person_has_their_own_account_as_its_thing(person):
    entry = record(person, "export_data", by=person)
    assert [row["verb"] for row in rows_of(person, "journal.Entry.object_id")] == [entry.verb]
