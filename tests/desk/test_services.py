from datetime import timedelta

import pytest
from django.utils import timezone

from desk.models import Visit
from desk.services import FIRST, ONE_VISIT, arrive
from tests.factories import UserFactory, VisitFactory

pytestmark = pytest.mark.django_db


def test_who_was_never_here_reads_of_the_last_two_weeks():
    assert arrive(UserFactory()) <= timezone.now() - FIRST


def test_what_is_new_stays_new_for_as_long_as_a_visit_lasts():
    visit = VisitFactory(last_at=timezone.now() - timedelta(hours=9))
    left = visit.last_at
    assert [arrive(visit.user), arrive(visit.user)] == [left, left]


def test_who_comes_back_reads_of_what_came_since_they_left():
    user = UserFactory()
    arrive(user)
    Visit.objects.filter(user=user).update(last_at=timezone.now() - ONE_VISIT - timedelta(minutes=1))
    left = Visit.objects.get(user=user).last_at
    assert arrive(user) == left
