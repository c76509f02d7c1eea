import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from journal.models import Entry
from notifications.models import Notification
from solutions import services, versions
from solutions.models import Solution, Version
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    VersionFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
S = Solution.Status


@pytest.fixture
def member():
    return MembershipFactory(organisation=OrganisationFactory(vendor=True))


@pytest.fixture
def office():
    return UserFactory(office=True, name="Officer Wong")


@pytest.fixture
def solution(member, office):
    """Listed by its verbs, with its first version."""
    solution = SolutionFactory(
        organisation=member.organisation, created_by=member.user, summary_en="It saves 15 % energy."
    )
    for verb, who in (("submit", member.user), ("acknowledge", office), ("list_", office)):
        getattr(services, verb)(solution, by=who)
    return solution


def kept(solution, *, is_confidential=False):
    rows = Version.objects.of(solution, is_confidential=is_confidential).reverse()
    return [(one.number, one.verb, one.capacity) for one in rows]


def page_of(client, solution, number, query=""):
    url = reverse("solutions:version", args=[solution.slug, number])
    return client.get(url + query).content.decode()


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_listing_keeps_the_first_version_and_each_change_of_the_text_another(solution, member):
    assert kept(solution) == [(1, "list", "office")]
    services.update(solution, by=member.user, summary_en="It saves 22 % energy.")
    services.update(solution, by=member.user, trl=8, topics=[TopicFactory(slug="lifts")])
    assert kept(solution) == [(1, "list", "office"), (2, "edit", "vendor"), (3, "edit", "vendor")]
    last = Version.objects.of(solution, is_confidential=False)[0]
    assert (last.said["trl"], last.said["topics"]) == ("8", ["lifts"])
    assert (last.by, last.actor_name) == (member.user, member.user.name)


def test_a_change_that_changes_nothing_keeps_no_version(solution, member):
    services.update(solution, by=member.user, summary_en=solution.summary_en, evidence=[])
    assert kept(solution) == [(1, "list", "office")]


def test_evidence_that_comes_and_goes_is_a_version(solution, member):
    services.update(solution, by=member.user, evidence=[{"trl": 7, "text": "A year in a shaft", "url": ""}])
    assert [number for number, *_rest in kept(solution)] == [1, 2]


def test_nothing_is_kept_of_what_is_not_listed(member, office):
    solution = SolutionFactory(organisation=member.organisation, summary_en="A first thought.")
    services.update(solution, by=member.user, summary_en="A second thought.")
    services.submit(solution, by=member.user)
    assert kept(solution) == []


def test_a_listing_that_is_renewed_keeps_its_version_and_one_from_before_versions_gets_it(
    solution, member, office
):
    services.expire(solution, by=office)
    services.renew(solution, by=member.user)
    assert kept(solution) == [(1, "list", "office")]
    older = SolutionFactory(listed=True, organisation=member.organisation)
    services.expire(older, by=office)
    services.renew(older, by=member.user)
    assert kept(older) == [(1, "renew", "vendor")]


def test_what_was_listed_before_versions_were_kept_keeps_how_it_stood_at_its_first_change(member):
    solution = SolutionFactory(listed=True, organisation=member.organisation, summary_en="Old words.")
    services.update(solution, by=member.user, summary_en="New words.")
    first, second = Version.objects.of(solution, is_confidential=False).reverse()
    assert (first.number, first.said["summary_en"], first.at) == (1, "Old words.", solution.listed_at)
    assert (second.number, second.said["summary_en"]) == (2, "New words.")


def test_the_confidential_part_is_numbered_apart_and_no_public_number_tells_of_it(solution, member):
    services.update(solution, by=member.user, confidential="12 % scandium")
    services.update(solution, by=member.user, confidential="13 % scandium")
    assert kept(solution) == [(1, "list", "office")]
    assert kept(solution, is_confidential=True) == [(1, "edit", "vendor"), (2, "edit", "vendor")]
    assert not any("scandium" in str(one.said) for one in Version.objects.of(solution, is_confidential=False))


def test_two_who_change_it_at_once_keep_two_versions(committed, solution, member):
    def change(field):
        return lambda: (
            services.update(
                Solution.objects.get(pk=solution.pk), by=member.user, **{field: f"New {field}"}
            ).pk
        )

    at_once(change("title_en"), change("method_en"))
    assert [number for number, *_rest in kept(solution)] == [1, 2, 3]
    assert Version.objects.of(solution, is_confidential=False)[0].said["title_en"] == "New title_en"


def test_anyone_reads_what_changed_word_by_word_with_words_for_who_hears_the_page(client, solution, member):
    services.update(solution, by=member.user, summary_en="It saves <22 % energy.", price="to_500k", trl=8)
    page = page_of(client, solution, 2)
    assert re.search(r'<del><span class="govuk-visually-hidden"[^>]*>\[taken away: </span>15 <', page)
    assert re.search(r'<ins><span class="govuk-visually-hidden"[^>]*>\[added: </span>&lt;22 <', page)
    assert "HK$" in text_of(page)
    assert "to_500k" not in page
    assert "Unchanged: title in English, title in Traditional Chinese" in text_of(page)
    assert member.user.name not in page


def test_chinese_is_compared_by_character_and_read_in_simplified(client, solution, member):
    services.update(solution, by=member.user, summary_zh="節省百分之十五電力")
    services.update(solution, by=member.user, summary_zh="節省百分之廿三電力")
    with translation.override("zh-hans"):
        page = page_of(client, solution, 3)
    assert "节省百分之<del>" in page
    assert re.search(r"</span>十五<.*</span>廿三<.*</ins>电力", page)
    with translation.override("en"):
        assert '<p class="ip-prose" lang="zh-Hant">節省百分之<del>' in page_of(client, solution, 3)


def test_any_earlier_version_can_be_compared_and_odd_numbers_fall_back(client, solution, member):
    for number in (16, 17):
        services.update(solution, by=member.user, summary_en=f"It saves {number} % energy.")
    assert "]16 ]" not in text_of(page_of(client, solution, 3))
    assert "taken away: 16" in text_of(page_of(client, solution, 3))
    assert "taken away: 15" in text_of(page_of(client, solution, 3, "?since=1"))
    for odd in ("3", "0", "-1", "x", "²", "99999999999999999999"):
        assert "taken away: 16" in text_of(page_of(client, solution, 3, f"?since={odd}"))
    assert "none before it" in text_of(page_of(client, solution, 1))
    assert client.get(reverse("solutions:version", args=[solution.slug, 4])).status_code == 404
    assert client.get(reverse("solutions:version", args=[solution.slug, 10**30])).status_code == 404


def test_the_page_of_the_solution_says_which_version_it_is(client, solution, member):
    assert "Version 1 of" in client.get(solution.get_absolute_url()).content.decode()
    services.update(solution, by=member.user, trl=8)
    page = text_of(client.get(solution.get_absolute_url()).content.decode())
    assert re.search(r"Version 2 of [^;]+; what changed", page)


@pytest.mark.parametrize(
    ("role", "reads"), [("member", True), ("office", True), ("expert", False), (None, False)]
)
def test_names_go_as_far_as_in_the_time_line(client, solution, member, office, role, reads):
    services.update(solution, by=member.user, trl=8)
    people = {"member": member.user, "office": office, "expert": UserFactory(expert=True)}
    if role:
        client.force_login(people[role])
    page = client.get(reverse("solutions:versions", args=[solution.slug])).content.decode()
    assert (f"{member.user.name} · Vendor" in page) is reads
    assert ("Officer Wong · " in page) is (role == "office")


READERS = [
    "anonymous",
    "own",
    "other",
    "department",
    "office",
    "expert",
    "engineer",
    "auditor",
    "administrator",
]


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("status", [S.LISTED, S.EXPIRED])
def test_the_rule_the_queryset_and_the_page_agree_on_who_reads_a_version(client, member, status, role):
    solution = SolutionFactory(listed=True, organisation=member.organisation, status=status)
    rows = [VersionFactory(solution=solution, is_confidential=one) for one in (False, True)]
    if role == "own":
        user = member.user
    elif role in ("other", "department"):
        is_vendor = role == "other"
        user = MembershipFactory(organisation=OrganisationFactory(vendor=is_vendor)).user
    else:
        user = None if role == "anonymous" else UserFactory(**{role: True})
    if user:
        client.force_login(user)
    who = user or client.get("/en/").wsgi_request.user
    judges = {"own", "office", "auditor", "administrator"} | ({"expert"} if status == S.LISTED else set())
    listed = status == S.LISTED or role in ("own", "office", "auditor", "administrator")
    for version, reads in zip(rows, (listed, role in judges), strict=True):
        assert who.has_perm("solutions.view_version", version) is reads
        assert Version.objects.visible_to(who).filter(pk=version.pk).exists() is reads
        assert (client.get(version.get_absolute_url()).status_code == 200) is reads


@pytest.mark.parametrize("count", [1, 5])
def test_the_pages_take_as_many_queries_for_five_versions_as_for_one(
    client, member, count, django_assert_num_queries
):
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    for number in range(1, count + 2):
        VersionFactory(solution=solution, number=number, said={"title_en": f"T{number}", "topics": ["a"]})
    with django_assert_num_queries(2):  # solution, versions
        page = client.get(reverse("solutions:versions", args=[solution.slug])).content.decode()
    assert page.count("ip-timeline__item") == count + 1
    with django_assert_num_queries(4):  # solution, version, those before it, the older one
        client.get(reverse("solutions:version", args=[solution.slug, count + 1]))


def changed(solution, member, **texts):
    services.update(Solution.objects.get(pk=solution.pk), by=member.user, **texts)


@pytest.fixture
def slip(solution, member):
    """Three versions, of which the second said what nobody should read."""
    changed(solution, member, summary_en="It saves 15 % energy. Secret: 0042-ALPHA.")
    changed(solution, member, summary_en="It saves 16 % energy.")
    return solution


def hide_url(solution, number):
    return reverse("solutions:hide-version", args=[solution.slug, number])


@pytest.mark.parametrize("who", ["vendor", "office"])
def test_a_version_that_was_public_by_mistake_is_hidden_with_a_reason_that_everyone_reads(
    client, slip, member, office, who
):
    client.force_login(member.user if who == "vendor" else office)
    assert "Hide this version" in page_of(client, slip, 2)
    Notification.objects.all().delete()
    response = client.post(hide_url(slip, 2), {"reason": "It named a customer."})
    assert response["Location"] == reverse("solutions:versions", args=[slip.slug])
    assert "0042-ALPHA" in page_of(client, slip, 2)  # for those who may
    entry = Entry.objects.get(verb="hide_version")
    assert (entry.reason, entry.details) == ("It named a customer.", {"version": 2})
    told = Notification.objects.filter(recipient=member.user, template="solutions/mail/version_hidden")
    assert told.exists() == (who == "office")
    client.logout()
    for page in (page_of(client, slip, 2), client.get(response["Location"]).content.decode()):
        assert "This version is hidden:" in page
        assert "It named a customer." in page
        assert "0042-ALPHA" not in page


@pytest.mark.parametrize("query", ["", "?since=2", "?since=1"])
def test_no_version_is_compared_with_one_that_is_hidden(client, slip, office, query):
    versions.hide(Version.objects.get(number=2), by=office, reason="It named a customer.")
    page = text_of(page_of(client, slip, 3, query))
    assert "What changed since version 1" in page
    assert "0042" not in page
    assert "15" in page


def test_what_the_solution_says_now_is_not_hidden_and_nothing_is_hidden_twice_or_without_a_reason(
    client, slip, office
):
    client.force_login(office)
    assert client.post(hide_url(slip, 2), {"reason": " "}).context["form"].errors["reason"]
    refused = client.post(hide_url(slip, 3), {"reason": "Wrong."})
    assert (refused.status_code, refused.context["form"]["reason"].value()) == (409, "Wrong.")
    assert client.post(hide_url(slip, 2), {"reason": "Wrong."}).status_code == 302
    assert client.post(hide_url(slip, 2), {"reason": "Again."}).status_code == 409
    assert client.get(hide_url(slip, 9)).status_code == 404
    assert list(Version.objects.exclude(hidden_at=None).values_list("number", "hidden_for")) == [
        (2, "Wrong.")
    ]


@pytest.mark.parametrize("role", ["expert", "auditor", "stranger", "anonymous"])
def test_others_hide_no_version(client, slip, role):
    person = MembershipFactory(organisation__vendor=True).user if role == "stranger" else None
    person = UserFactory(**{role: True}) if role in ("expert", "auditor") else person
    if person:
        client.force_login(person)
    assert client.post(hide_url(slip, 2), {"reason": "Wrong."}).status_code == (403 if person else 302)
    assert not Version.objects.exclude(hidden_at=None).exists()
