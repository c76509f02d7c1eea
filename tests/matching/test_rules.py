"""Who may see what, over every standing and every state; said once as a rule and once as a queryset."""

import pytest
from django.contrib.auth.models import AnonymousUser

from matching.models import Match
from solutions.models import Solution
from tests.factories import MatchFactory
from tests.matching.people import STANDINGS, person
from wishes.models import Wish

pytestmark = pytest.mark.django_db
SEES_ALL = {"office", "expert", "auditor", "administrator", "department_member", "department_approver"}
VENDOR = {"vendor_member", "vendor_approver"}
PUBLIC = {"approved", "on_trial", "closed"}


@pytest.mark.parametrize("status", Match.Status.values)
@pytest.mark.parametrize("standing", STANDINGS)
def test_who_sees_a_match(standing, status):
    match = MatchFactory(status=status)
    user = person(standing, match) or AnonymousUser()
    expected = standing in SEES_ALL or status in PUBLIC
    expected |= standing in VENDOR and status in {"wanting", "declined"}
    assert Match.objects.visible_to(user).filter(pk=match.pk).exists() == expected
    assert user.has_perm("matching.view_match", match) == expected


@pytest.mark.parametrize(("model", "status"), [(Wish, "withdrawn"), (Solution, "withdrawn")])
@pytest.mark.parametrize("standing", STANDINGS)
def test_an_approved_match_is_not_public_when_a_side_is_withdrawn(standing, model, status):
    match = MatchFactory(approved=True)
    side = match.wish if model is Wish else match.solution
    model.objects.filter(pk=side.pk).update(status=status)
    match = Match.objects.get(pk=match.pk)
    user = person(standing, match) or AnonymousUser()
    expected = standing in SEES_ALL | VENDOR
    assert Match.objects.visible_to(user).filter(pk=match.pk).exists() == expected
    assert user.has_perm("matching.view_match", match) == expected


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_figure(standing):
    match = MatchFactory(approved=True)
    user = person(standing, match) or AnonymousUser()
    assert user.has_perm("matching.view_score_match", match) == (standing in SEES_ALL)


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_verdicts(standing):
    match = MatchFactory(approved=True)
    user = person(standing, match) or AnonymousUser()
    judges = {"office", "expert", "auditor", "administrator"}
    assert user.has_perm("matching.view_reviews_match", match) == (standing in judges)
