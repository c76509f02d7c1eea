"""Verbs × states × roles of duplicates and of answers to rapid calls, through the doors that people use."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from journal.models import Entry
from matching.models import Answer, Duplicate
from matching.triage_forms import VERBS
from matching.workflow import ANSWERS, DUPLICATES
from tests.factories import DuplicateFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.matching.test_triage import answer_to, mark, rapid_call, url

pytestmark = pytest.mark.django_db
D, A = Duplicate.Status, Answer.Status
OFFICES = ("office", "expert", "engineer", "verifier", "auditor", "administrator")
OUTSIDERS = ("anonymous", "stranger", "other department", "other vendor")
STANDINGS = (
    "department member",
    "department approver",
    "vendor member",
    "vendor approver",
    *OUTSIDERS,
    *OFFICES,
)
JUDGES = {"office", "administrator"}
DECIDES = JUDGES | {"department member", "department approver"}


def person(standing, department, vendor):
    """None for an anonymous visitor."""
    if standing == "anonymous":
        return None
    if standing in OFFICES:
        return UserFactory(**{standing: True})
    side, _space, rank = standing.partition(" ")
    if side == "stranger":
        return UserFactory()
    if side == "other":
        return MembershipFactory(
            organisation=OrganisationFactory(vendor=rank == "vendor"), approver=True
        ).user
    own = {"department": department, "vendor": vendor}[side]
    return MembershipFactory(organisation=own, role=Membership.Role(rank)).user


def sign_in(client, user):
    client.logout()
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def refused(response):
    if response.status_code == 302:
        return "sign in" if "/account/login/" in response["Location"] else ""
    return {403: "forbidden", 404: "not found"}.get(response.status_code, "")


def pair_in(status, side):
    decided = {} if status == D.FOUND else {"decided": True, "status": status}
    return DuplicateFactory(**decided, **({"solutions": True} if side == "solution" else {}))


@pytest.mark.parametrize("side", ["wish", "solution"])
@pytest.mark.parametrize("status", D)
@pytest.mark.parametrize("verb", DUPLICATES)
def test_each_verdict_on_a_pair_in_each_state_by_everyone(client, verb, status, side):
    """Who the pair is of never learns of it; only the office judges."""
    found, expected = {}, {}
    for standing in STANDINGS:
        pair = pair_in(status, side)
        own = pair.later.organisation
        sign_in(client, person(standing, own, own))
        response = client.post(reverse(f"matching:{verb.replace('_', '-')}", args=[pair.key]))
        pair.refresh_from_db()
        told = Entry.objects.about(pair).filter(verb=verb).count()
        found[standing] = (refused(response), pair.status, told)
        why = {"anonymous": "sign in", "auditor": "forbidden"}.get(standing, "not found")
        moves = standing in JUDGES and status in DUPLICATES[verb].sources
        after = DUPLICATES[verb].target if moves else status
        expected[standing] = ("" if standing in JUDGES else why, after, int(moves))
    assert found == expected


def test_every_verb_of_an_answer_is_a_choice_of_the_list_or_the_vendors_own_reply():
    assert {verb for verb, _words in VERBS} | {"reply"} == set(ANSWERS)


@pytest.mark.parametrize("status", A)
@pytest.mark.parametrize("verb", [verb for verb, _words in VERBS])
def test_each_decision_on_an_answer_in_each_state_by_everyone(client, verb, status):
    found, expected = {}, {}
    for standing in STANDINGS:
        call = rapid_call()
        solution = answer_to(call, status=None if status == A.NEW else status)
        sign_in(client, person(standing, call.organisation, solution.organisation))
        given = {"verb": verb, "scope": "ticked", "chosen": [mark(call, solution, status)], "confirm": "1"}
        response = client.post(url(call), given | {"reason": "Come back.", "ground": "early"})
        answer = Answer.objects.filter(wish__call=call, solution=solution).first()
        told = Entry.objects.filter(noun="matching.answer", verb=verb, object_id=answer.pk) if answer else []
        found[standing] = (refused(response), answer.status if answer else A.NEW, len(told))
        moves = standing in DECIDES and status in ANSWERS[verb].sources
        why = "sign in" if standing == "anonymous" else "forbidden"
        after = ANSWERS[verb].target if moves else status
        expected[standing] = ("" if standing in DECIDES else why, after, int(moves))
    assert found == expected
