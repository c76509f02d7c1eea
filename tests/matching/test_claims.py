"""A claim of a shard is good once: what was given back, done or cancelled is nobody's to write."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matching import services
from matching.models import RematchShard
from matching.services import sharding
from matching.services.rematching import Overtaken
from tests.factories import SolutionFactory, WishFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]


@pytest.fixture
def run():
    WishFactory(open=True)
    SolutionFactory(listed=True)
    return services.start()


def row(claim):
    return RematchShard.objects.get(pk=claim.shard.pk)


def test_what_was_given_back_is_not_done_by_who_gave_it(run):
    own = services.claim(run)
    own.failed("no memory")
    assert not own.done()
    with pytest.raises(Overtaken):
        own.hold()
    assert (row(own).state, row(own).error) == ("waiting", "no memory")


def test_an_old_claim_neither_holds_nor_ends_nor_gives_back_what_another_has(run):
    old = services.claim(run)
    RematchShard.objects.filter(pk=old.shard.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    now = services.claim(run)
    assert now.shard == old.shard
    with pytest.raises(Overtaken):
        old.hold()
    old.failed("late")
    assert not old.done()
    assert (row(now).state, row(now).attempts, row(now).error) == ("claimed", 2, "")
    now.hold()
    assert now.done()
    assert not now.done()


def test_each_fault_makes_a_longer_pause_until_people_are_asked(run):
    first = RematchShard.objects.order_by("step").first()
    RematchShard.objects.exclude(pk=first.pk).delete()
    pauses = []
    for _ in range(sharding.MOST - 1):
        own = services.claim(run)
        own.failed("no memory")
        assert row(own).state == "waiting" and services.claim(run) is None
        pauses.append((row(own).not_before - row(own).claimed_at).total_seconds())
        RematchShard.objects.update(not_before=None)
    assert [wait >= 2**tried for tried, wait in enumerate(pauses, 1)] == [True] * (sharding.MOST - 1)
    last = services.claim(run)
    last.failed("no memory")
    assert (row(last).state, row(last).attempts) == ("failed", sharding.MOST)


def test_the_sweep_wakes_no_more_workers_than_may_be_at_work(run, monkeypatch):
    RematchShard.objects.filter(run=run).delete()
    shards = [RematchShard(run=run, step=1, ids=[number], size=1) for number in range(6)]
    RematchShard.objects.bulk_create(shards)
    monkeypatch.setattr(sharding, "WAKES", 4)
    assert services.wanted() == (run.pk, 4)
    for left in (3, 2, 1):
        services.claim(run)
        assert services.wanted() == (run.pk, left)
    RematchShard.objects.filter(state="claimed").update(not_before=timezone.now() - timedelta(seconds=1))
    assert services.wanted() == (run.pk, 4)


def test_a_snapshot_of_all_has_a_longer_lease(run, settings):
    settings.MATCHING_LEASE = 7
    RematchShard.objects.filter(step__lt=3).delete()
    shard = row(services.claim(run))
    assert (shard.step, shard.not_before - shard.claimed_at) == (3, timedelta(seconds=7 * sharding.BUILDS))
