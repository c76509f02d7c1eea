"""Every verb of a match, by every standing, from every state, through the door."""

import pytest
from django.urls import reverse

from journal.models import Entry
from matching.models import Match
from matching.workflow import WORKFLOW
from tests.factories import MatchFactory
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.django_db
ADDRESSES = {  # verb of the workflow → name of its address
    "shortlist": "shortlist",
    "review": "open-review",
    "decline": "decline",
    "reopen": "reopen",
    "close": "close",
}
MAY = {
    "shortlist": {"department_member", "department_approver", "office", "administrator"},
    "review": {"department_approver", "office", "administrator"},
    "decline": {"office", "administrator"},
    "reopen": {"office", "administrator"},
    "close": {"office", "administrator"},
}
SEES_ALL = {"office", "expert", "auditor", "administrator", "department_member", "department_approver"}
PUBLIC = {"approved", "on_trial", "closed"}
TOLD = PUBLIC | {"wanting", "declined"}


def sees(standing: str, status: str) -> bool:
    return standing in SEES_ALL or status in PUBLIC or (standing.startswith("vendor") and status in TOLD)


def test_every_verb_of_the_workflow_is_either_a_door_or_a_consequence():
    assert set(ADDRESSES) | {"want", "approve", "start_trial", "climb"} == set(WORKFLOW)


@pytest.mark.parametrize("status", Match.Status.values)
@pytest.mark.parametrize("verb", ADDRESSES)
@pytest.mark.parametrize("standing", STANDINGS)
def test_verb_by_standing_and_status(client, standing, verb, status):
    match = MatchFactory(status=status)
    if user := person(standing, match):
        client.force_login(user)
    url = reverse(f"matching:{ADDRESSES[verb]}", args=[match.key])
    response = client.post(url, {"reason": "Because.", "ground": "other"})
    match.refresh_from_db()
    moves = standing in MAY[verb] and status in WORKFLOW[verb].sources
    assert match.status == (WORKFLOW[verb].target if moves else status)
    assert Entry.objects.about(match).filter(verb=verb).count() == int(moves)
    if standing == "anonymous":
        assert response.status_code == 302
        assert "/account/login/" in response.url
    elif not sees(standing, status):
        assert response.status_code == 404
    elif standing not in MAY[verb]:
        assert response.status_code == 403
    else:
        assert (response.status_code, response.url) == (302, match.get_absolute_url())


@pytest.mark.parametrize("verb", ["decline", "reopen", "close"])
def test_a_refusal_without_a_reason_moves_nothing(client, verb):
    status = sorted(WORKFLOW[verb].sources)[0]
    match = MatchFactory(status=status)
    client.force_login(person("office", match))
    response = client.post(reverse(f"matching:{ADDRESSES[verb]}", args=[match.key]), {"reason": "  "})
    assert response.status_code == 422
    match.refresh_from_db()
    assert match.status == status


@pytest.mark.parametrize("verdict", ["approve", "want", "decline"])
@pytest.mark.parametrize("status", Match.Status.values)
@pytest.mark.parametrize("standing", STANDINGS)
def test_verdict_by_standing_and_status(client, standing, status, verdict):
    match = MatchFactory(status=status)
    if user := person(standing, match):
        client.force_login(user)
    said = {"verdict": verdict, "ground": "fits", "reason": "It answers the need."}
    response = client.post(reverse("matching:review", args=[match.key]), said)
    match.refresh_from_db()
    counts = standing == "expert" and status == "review"
    after = {"approve": "review", "want": "wanting", "decline": "declined"}[verdict]
    assert match.reviews.count() == int(counts)
    assert match.status == (after if counts else status)
    if standing == "anonymous":
        assert response.status_code == 302
    elif not sees(standing, status):
        assert response.status_code == 404
    elif standing != "expert":
        assert response.status_code == 403
    else:
        assert response.status_code == 302


@pytest.mark.parametrize("name", [*ADDRESSES.values(), "review"])
def test_a_verb_is_not_done_by_get(client, name):
    match = MatchFactory(review=True)
    client.force_login(person("administrator", match))
    assert client.get(reverse(f"matching:{name}", args=[match.key])).status_code == 405
