import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import Organisation, User
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.wishes.conftest import ROLES
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
INSIDERS = {"creator", "member", "approver"}
EVERYTHING = {"auditor", "administrator"}

# Every state, and for two of them whether the office ever had it; who reads it then.
CASES = [
    (S.DRAFT, False, INSIDERS | EVERYTHING),
    (S.ENDORSEMENT, False, INSIDERS | EVERYTHING),
    (S.ENDORSEMENT, True, INSIDERS | EVERYTHING),
    (S.SCREENING, True, INSIDERS | EVERYTHING | {"office"}),
    (S.RETURNED, False, INSIDERS | EVERYTHING),
    (S.RETURNED, True, INSIDERS | EVERYTHING | {"office"}),
    (S.OPEN, True, set(ROLES)),
    (S.MATCHED, True, set(ROLES)),
    (S.ON_TRIAL, True, set(ROLES)),
    (S.RESOLVED, True, set(ROLES)),
    (S.EXPIRED, True, set(ROLES)),
    (S.WITHDRAWN, False, INSIDERS | EVERYTHING),
    (S.WITHDRAWN, True, INSIDERS | EVERYTHING | {"office"}),
    (S.MERGED, True, INSIDERS | EVERYTHING | {"office"}),
]


def test_the_cases_name_every_state():
    assert {status for status, _, _ in CASES} == set(S)


@pytest.mark.parametrize(("status", "endorsed", "readers"), CASES)
def test_rule_queryset_and_page_agree_on_who_reads_a_wish(client, people, wish_in, status, endorsed, readers):
    wish = wish_in(status, endorsed=endorsed)
    by_rule, by_queryset, by_page = set(), set(), set()
    for role, person in people.items():
        user = User.objects.get(pk=person.pk) if person else AnonymousUser()
        client.logout()
        if person:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if user.has_perm("wishes.view_wish", wish):
            by_rule.add(role)
        if Wish.objects.visible_to(user).filter(pk=wish.pk).exists():
            by_queryset.add(role)
        if client.get(wish.get_absolute_url()).status_code == 200:
            by_page.add(role)
    assert by_rule == by_queryset == by_page == readers


@pytest.mark.parametrize("status", [status for status in S if status not in Wish.PUBLIC])
def test_what_is_not_public_is_in_no_list_count_api_or_feed_whoever_looks(client, people, wish_in, status):
    wish = wish_in(status, endorsed=True, title_en="Nobody may find this")
    for person in people.values():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for address in ("/en/wishes/", "/en/wishes/feed/", "/api/v1/wishes/", "/en/"):
            assert "Nobody may find this" not in client.get(address).content.decode()
        assert client.get("/en/wishes/").context["page_obj"].paginator.count == 0
        assert client.get("/api/v1/wishes/").json()["count"] == 0
        assert client.get(f"/api/v1/wishes/{wish.slug}/").status_code == 404
        assert (
            wish.organisation
            not in client.get("/en/wishes/").context["filter"].form.fields["organisation"].queryset
        )


@pytest.mark.parametrize("status", S)
def test_a_draft_is_edited_by_its_department_alone(client, people, wish_in, status):
    wish = wish_in(status)
    may = set()
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        if client.get(reverse("wishes:edit", args=[wish.slug])).status_code == 200:
            may.add(role)
    administrator = {"administrator"}  # may open the form; the service still refuses what was handed in
    assert may == (INSIDERS | administrator if status in Wish.EDITABLE else administrator)


def test_only_who_belongs_to_a_requester_writes_a_wish(client, people):
    outcomes = {}
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        outcomes[role] = client.get(reverse("wishes:create")).status_code
    refused = dict.fromkeys(ROLES, 403)
    writers = ("creator", "member", "approver", "other_member", "administrator")
    assert outcomes == refused | dict.fromkeys(writers, 200) | {"anonymous": 302}


def test_only_vendors_and_other_departments_ask_on_a_wish(client, people, wish_in):
    wish = wish_in(S.OPEN)
    laboratory = OrganisationFactory(kind=Organisation.Kind.LABORATORY)
    unconfirmed = OrganisationFactory(vendor=True, is_confirmed=False)
    people |= {
        "laboratory": MembershipFactory(organisation=laboratory).user,
        "unconfirmed": MembershipFactory(organisation=unconfirmed).user,
        "nobody's": UserFactory(),
    }
    asked, offered = set(), set()
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        if client.get(wish.get_absolute_url()).context["may_ask"]:
            offered.add(role)
        client.post(reverse("wishes:ask", args=[wish.slug]), {"text": f"Which, says {role}?"})
        if wish.questions.filter(text=f"Which, says {role}?").exists():
            asked.add(role)
    assert asked == offered == {"vendor", "unconfirmed", "other_member", "administrator"}


def test_an_approver_of_a_vendor_sponsors_nothing(people, wish_in):
    wish = wish_in(S.OPEN)
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True), approver=True).user
    requester = MembershipFactory(approver=True).user
    assert not vendor.has_perm("wishes.sponsor_wish", wish)
    assert not people["approver"].has_perm("wishes.sponsor_wish", wish)
    assert requester.has_perm("wishes.sponsor_wish", wish)
