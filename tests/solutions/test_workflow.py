"""Every verb × every status × every role, through the door that people use."""

from dataclasses import dataclass

import pytest
from django.urls import reverse

from accounts.models import User
from journal.models import Entry
from solutions.models import Solution
from solutions.workflow import WORKFLOW
from tests.factories import MembershipFactory, OrganisationFactory, SolutionFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Solution.Status

VENDOR = frozenset({"creator", "member", "approver"})
OFFICE = frozenset({"office"})
EVERYTHING = frozenset({"administrator"})
MAY = {
    "submit": VENDOR,
    "ask_full": OFFICE,
    "acknowledge": OFFICE,
    "return": OFFICE,
    "list": OFFICE,
    "refuse": OFFICE,
    "reconsider": OFFICE,
    "expire": OFFICE,
    "renew": VENDOR,
    "withdraw": VENDOR | OFFICE,
}
ROLES = [
    "anonymous",
    "creator",
    "member",
    "approver",
    "other_vendor",
    "department",
    "office",
    "expert",
    "engineer",
    "verifier",
    "auditor",
    "administrator",
]
DOORS = [verb for verb in WORKFLOW if verb != "complete"]  # done by the last page of the writer
URL_NAMES = {"list": "solutions:list_"}  # solutions:list is the list of all


@dataclass
class Cast:
    vendor: object
    people: dict[str, User]


@pytest.fixture
def cast() -> Cast:
    """One person of each role, around one vendor."""
    vendor = OrganisationFactory(vendor=True)
    people = {role: UserFactory(**{role: True}) for role in ROLES[6:]}
    people |= {
        "creator": MembershipFactory(organisation=vendor).user,
        "member": MembershipFactory(organisation=vendor).user,
        "approver": MembershipFactory(organisation=vendor, approver=True).user,
        "other_vendor": MembershipFactory(organisation=OrganisationFactory(vendor=True)).user,
        "department": MembershipFactory(organisation=OrganisationFactory()).user,
    }
    return Cast(vendor, people)


def a_solution(cast: Cast, status: str, verb: str = "") -> Solution:
    numbered = status in (S.LISTED, S.EXPIRED, S.WITHDRAWN)
    return SolutionFactory(
        listed=numbered,
        status=status,
        organisation=cast.vendor,
        created_by=cast.people["creator"],
        is_expression=verb == "ask_full" and status != S.LISTED,
    )


def sees(role: str, status: str) -> bool:
    """The table of who may see what, written a second time and by hand."""
    if status == S.LISTED or role in VENDOR or role in ("auditor", "administrator"):
        return True
    return role == "office" and status != S.DRAFT


def expected(role: str, verb: str, status: str) -> int | str:
    if role == "anonymous":
        return "sign in"
    if not sees(role, status):
        return 404
    if role not in MAY[verb] | EVERYTHING:
        return 403
    return "done" if status in WORKFLOW[verb].sources else "message"


@pytest.mark.parametrize("verb", DOORS)
@pytest.mark.parametrize("role", ROLES)
def test_a_verb_is_done_by_whom_and_when_the_tables_say(client, cast, role, verb):
    if role != "anonymous":
        client.force_login(cast.people[role])
    for status in S.values:
        solution = a_solution(cast, status, verb)
        url = reverse(URL_NAMES.get(verb, f"solutions:{verb}"), args=[solution.slug])

        response = client.post(url, {"reason": "Because.", "ground": "other"})

        solution.refresh_from_db()
        entries = Entry.objects.about(solution).filter(verb=verb).count()
        outcome = expected(role, verb, status)
        if outcome == "done":
            assert (response.status_code, solution.status, entries) == (302, WORKFLOW[verb].target, 1), status
            continue
        assert (solution.status, entries) == (status, 0), status
        if outcome == "sign in":
            assert response.status_code == 302, status
            assert reverse("account_login") in response.url
        else:
            assert response.status_code == (302 if outcome == "message" else outcome), status


@pytest.mark.parametrize("role", ROLES)
def test_what_may_be_seen_is_what_is_found(client, cast, role):
    """`view_solution`, `visible_to`, the page and the API agree with the table in every state."""
    from django.contrib.auth.models import AnonymousUser

    user = cast.people.get(role) or AnonymousUser()
    if role != "anonymous":
        client.force_login(user)
    for status in S.values:
        solution = a_solution(cast, status)
        answers = {
            "table": sees(role, status),
            "rule": user.has_perm("solutions.view_solution", solution),
            "queryset": Solution.objects.visible_to(user).filter(pk=solution.pk).exists(),
            "page": client.get(solution.get_absolute_url()).status_code == 200,
            "api": client.get(f"/api/v1/solutions/{solution.slug}/").status_code == 200,
        }
        assert set(answers.values()) == {sees(role, status)}, (status, answers)


@pytest.mark.parametrize("verb", [verb for verb, move in WORKFLOW.items() if move.needs_reason])
def test_a_refusal_without_a_reason_moves_nothing_and_asks_for_it(client, cast, verb):
    (status, *_rest) = sorted(WORKFLOW[verb].sources - {S.DRAFT})
    solution = a_solution(cast, status)
    client.force_login(cast.people["office"])

    response = client.post(
        reverse(f"solutions:{verb}", args=[solution.slug]), {"reason": "  ", "ground": "other"}
    )

    solution.refresh_from_db()
    assert solution.status == status
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"reason"}


def test_of_get_and_post_only_post_moves(client, cast):
    solution = a_solution(cast, S.SUBMITTED)
    client.force_login(cast.people["office"])
    assert client.get(reverse("solutions:acknowledge", args=[solution.slug])).status_code == 405
    assert client.get(reverse("solutions:withdraw", args=[solution.slug])).status_code == 200
    solution.refresh_from_db()
    assert solution.status == S.SUBMITTED
