"""Every verb, in every state, by every role, through the browser's door."""

from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from journal.models import Entry
from tests.wishes.conftest import ROLES
from wishes.models import Wish
from wishes.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
S = Wish.Status
INSIDERS = {"creator", "member", "approver"}
BY_MACHINE = {"match", "unmatch", "start_trial", "end_trial", "announce"}

MAY = {
    "submit": INSIDERS,
    "endorse": {"approver"},
    "send_back": {"approver"},
    "return": {"office"},
    "publish": {"office"},
    "merge": {"office"},
    "expire": {"office"},
    "renew": INSIDERS | {"office"},
    "resolve": {"approver", "office"},
    "withdraw": {"approver", "office"},
}


def may(role, verb, status):
    if role == "administrator":
        return verb != "endorse"
    if verb == "withdraw" and role in INSIDERS and status in {S.DRAFT, S.RETURNED}:
        return True
    return role in MAY[verb]


def sees(role, status):
    if status in Wish.PUBLIC or role in INSIDERS | {"auditor", "administrator"}:
        return True
    return role == "office" and status in {S.SCREENING, S.MERGED}


def expected(role, verb, status):
    if role == "anonymous":
        return "sign in"
    if not sees(role, status):
        return "not found"
    if not may(role, verb, status):
        return "forbidden"
    return "done" if status in WORKFLOW[verb].sources else "message"


def outcome(client, wish, verb, given):
    before = wish.status
    response = client.post(reverse(f"wishes:{verb}", args=[wish.slug]), given)
    wish.refresh_from_db()
    written = Entry.objects.about(wish).filter(verb=verb).exists()
    if response.status_code == 302 and "login" in response["Location"]:
        result = "sign in"
    elif response.status_code == 302:
        result = "done" if wish.status == WORKFLOW[verb].target and written else "message"
    else:
        result = {403: "forbidden", 404: "not found"}[response.status_code]
    if result != "done":
        assert (wish.status, written) == (before, False)
    return result


def test_the_table_names_every_verb_that_people_have():
    assert set(MAY) == set(WORKFLOW) - BY_MACHINE


@pytest.mark.parametrize("verb", sorted(BY_MACHINE))
def test_no_address_moves_a_wish_as_matches_and_trials_do(verb):
    with pytest.raises(NoReverseMatch):
        reverse(f"wishes:{verb}", args=["W-2026-0001"])


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("verb", sorted(MAY))
def test_each_verb_does_in_each_state_what_the_tables_say_for_each_role(
    client, people, wish_in, verb, status
):
    target = wish_in(S.OPEN)
    given = {
        "reason": "It overlaps with another.",
        "ground": "other",
        "into": target.reference,
        "closes_on": timezone.localdate() + timedelta(days=30),
    }
    found = {}
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found[role] = outcome(client, wish_in(status), verb, given)
    assert found == {role: expected(role, verb, status) for role in ROLES}


@pytest.mark.parametrize("verb", [verb for verb, transition in WORKFLOW.items() if transition.needs_reason])
@pytest.mark.parametrize("reason", ["", "   "])
def test_a_refusal_without_a_reason_is_shown_again_beside_its_field(client, people, wish_in, verb, reason):
    wish = wish_in(next(iter(sorted(WORKFLOW[verb].sources & {S.ENDORSEMENT, S.SCREENING}))))
    actor = "approver" if wish.status == S.ENDORSEMENT else "office"
    client.force_login(people[actor], backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse(f"wishes:{verb}", args=[wish.slug]), {"reason": reason, "into": "W-1"})
    wish.refresh_from_db()
    assert response.status_code == 422
    assert response.context["form"].errors["reason"]
    assert not Entry.objects.about(wish).exists()


def test_get_moves_nothing(client, people, wish_in):
    wish = wish_in(S.SCREENING)
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("wishes:publish", args=[wish.slug])).status_code == 405
    wish.refresh_from_db()
    assert wish.status == S.SCREENING
