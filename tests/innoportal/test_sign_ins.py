"""The auditor's page of sign-ins and rights."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import Role
from accounts.rights import rights_of, tell
from innoportal import organisation_feed, workspace
from journal.workflow import record
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "sign-ins-and-rights"


def main_of(response) -> str:
    return response.content.decode().partition("<main")[2]


def promote(person, by):
    before = rights_of(person)
    person.roles = [Role.AUDITOR, Role.EXPERT]
    person.save()
    tell(person, "change_rights", by=by, before=before, after=rights_of(person))


@pytest.mark.parametrize("standing", [None, *Role.values, "administrator"])
def test_only_the_auditor_and_the_administrator_read_it(client, standing):
    if standing:
        client.force_login(UserFactory(**{standing: True}))
    expected = 302 if not standing else 200 if standing in ("auditor", "administrator") else 403
    assert client.get(reverse(URL)).status_code == expected


@pytest.mark.parametrize("count", [1, 5])
def test_it_takes_as_many_queries_for_five_lines_of_each_kind_as_for_one(
    client, django_assert_num_queries, count
):
    client.force_login(UserFactory(auditor=True))
    for _ in range(count):
        person = UserFactory()
        record(person, "sign_in", by=person)
        record(MembershipFactory(user=person).organisation, "join", by=person)
        promote(person, person)
    with django_assert_num_queries(7):  # session, person, unread, count, entries, names, organisations
        response = client.get(reverse(URL))
    assert main_of(response).count('class="ip-rows__main"') == 3 * count


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Rights changed", "Portal roles: – ", "Expert", "by Ada"]),
        ("zh-hant", ["已更改權限", "由 Ada 執行"]),
        ("zh-hans", ["已更改权限", "由 Ada 执行"]),
    ],
)
def test_a_change_of_rights_is_told_in_the_readers_language_with_before_and_after(client, language, words):
    promote(UserFactory(name="Chan"), by=UserFactory(administrator=True, name="Ada"))
    client.force_login(UserFactory(auditor=True))
    main = main_of(client.get(f"/{language}/account/sign-ins/"))
    for word in ["Chan", *words]:
        assert word in main


def test_it_is_narrowed_by_kind_and_to_one_person(client):
    chan, wong = UserFactory(name="Chan"), UserFactory(name="Wong")
    record(chan, "sign_in", by=chan)
    record(wong, "sign_in", by=wong)
    record(wong, "fail_second_factor", by=wong, details={"factor": "totp"})
    promote(chan, by=wong)
    client.force_login(UserFactory(auditor=True))

    def shown(**query):
        return [(one.entry.verb, one.about) for one in client.get(reverse(URL), query).context["lines"]]

    assert shown(kind="sessions") == [("sign_in", "Wong"), ("sign_in", "Chan")]
    assert shown(kind="factors") == [("fail_second_factor", "Wong")]
    assert shown(kind="rights") == [("change_rights", "Chan")]
    assert shown(person=chan.pk) == [("change_rights", "Chan"), ("sign_in", "Chan")]
    assert len(shown(kind="no such", person="no number")) == 4


def test_sign_ins_stand_in_no_feed_no_news_and_on_no_page_of_an_organisation(client):
    """They are told under the person, of whom no room tells a story; rights go to the approvers alone."""
    organisation = OrganisationFactory(is_confirmed=True)
    member = MembershipFactory(organisation=organisation, user=UserFactory(name="Chan Signed In"))
    reader = MembershipFactory(organisation=organisation, approver=True).user
    record(member.user, "sign_in", by=member.user)
    assert organisation_feed.news() == []
    assert "accounts.user" not in {story.noun for story in workspace.STORIES}
    pages = [reverse("organisations-feed"), organisation.get_absolute_url()]
    for page in pages:
        assert b"Chan Signed In" not in client.get(page).content
    client.force_login(reader)
    assert b"Chan Signed In" not in client.get(reverse("workspace")).content
    assert not AnonymousUser().has_perm("accounts.view_sign_ins")


@pytest.mark.parametrize(("why", "words"), [("idle", "after a time without use"), ("", "")])
def test_why_a_sign_in_ended_is_told_where_it_ended_by_itself(client, why, words):
    person = UserFactory()
    record(person, "sign_out", by=person, details={"why": why} if why else {})
    client.force_login(UserFactory(auditor=True))
    [line] = client.get(reverse(URL)).context["lines"]
    assert line.notes == ([words] if words else [])


def test_who_took_their_data_along_is_told(client):
    person = UserFactory(name="Chan")
    record(person, "export_data", by=person)
    client.force_login(UserFactory(auditor=True))
    told = main_of(client.get(reverse(URL), {"kind": "factors"}))
    assert "Took along what the portal holds about them" in told and "Chan" in told
