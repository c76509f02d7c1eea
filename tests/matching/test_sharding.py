"""Shards of a rematch under workers that meet, die and come back late: real threads, real PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import services
from matching.models import Match, Profile, RematchRun, RematchShard
from matching.records import unpack
from matching.services import rematching, retrievers, runs, sharding, shelf
from matching.services.rematching import Overtaken
from tests.factories import MatchFactory, SolutionFactory, UserFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")
TEXTS = ("Lift health monitor", "Chiller optimiser", "Drain robot")


@pytest.fixture
def small(monkeypatch):
    """Shards of one text each."""
    monkeypatch.setattr(runs, "READ", 1)
    monkeypatch.setattr(runs, "MATCH", 1)
    monkeypatch.setattr(runs, "SOLUTIONS", 1)


def things(count: int = 3):
    wishes = [WishFactory(open=True, title_en=f"{TEXTS[n % 3]} wanted {n}") for n in range(count)]
    return wishes, [SolutionFactory(listed=True, title_en=f"{TEXTS[n % 3]} {n}") for n in range(count)]


def threads(count: int, work) -> list:
    """What each returned, begun at once, each on a connection of its own."""
    found, begin = [], threading.Barrier(count)

    def one():
        begin.wait()
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    every = [threading.Thread(target=one) for _ in range(count)]
    for thread in every:
        thread.start()
    for thread in every:
        thread.join(60)
    return found


def expire(shard: RematchShard) -> None:
    RematchShard.objects.filter(pk=shard.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def pairs() -> dict:
    rows = Match.objects.values_list("wish", "solution", "probability", "rank")
    return {(wish, solution): (round(probability, 9), rank) for wish, solution, probability, rank in rows}


def test_of_many_who_claim_at_once_each_gets_a_shard_of_its_own(committed, small):
    things(4)
    run = services.start()
    claims = threads(8, lambda: services.claim(run))
    assert len({one.shard.pk for one in claims}) == 8
    assert services.claim(run) is None  # the next phase waits for these


def test_two_workers_do_everything_once(committed, small):
    things(4)
    services.rematch_all()
    expected = pairs()
    Match.objects.all().delete()
    run = services.start()

    def work():
        done = 0
        while RematchRun.objects.active().exists():
            done += bool(services.work_once(run.pk))
        return done

    assert all(isinstance(done, int) for done in threads(2, work))
    assert pairs() == expected
    run.refresh_from_db()
    assert run.state == "done"
    assert set(run.shards.values_list("state", "attempts")) == {("done", 1)}


def test_one_rematch_at_a_time_and_the_second_is_told_of_the_first(committed):
    things(1)
    started = threads(2, services.start)
    (refused,) = [one for one in started if isinstance(one, services.AlreadyRunning)]
    assert refused.run == RematchRun.objects.get()
    assert "0 of 5 shards are done" in str(refused)
    assert Entry.objects.filter(verb="start").count() == 1


@pytest.mark.django_db
def test_what_a_killed_worker_held_is_done_when_its_lease_is_over(small):
    things(1)
    run = services.start()
    lost = services.claim(run)  # and nothing more is heard of it
    assert [services.claim(run).shard.step for _ in range(1)] == [2]
    assert services.claim(run) is None
    expire(lost.shard)
    again = services.claim(run)
    assert again.shard == lost.shard
    assert again.shard.attempts == 2


@pytest.mark.django_db
def test_who_comes_back_late_writes_nothing(small):
    """The second worker has matched an edited wish; the first had read it before the edit."""
    (wish,), _ = things(1)
    services.rematch_all()
    run = services.start(reason="weights")
    late = services.claim(run)
    work = late_work(wish, late)
    expire(late.shard)
    now = services.claim(run)
    assert now.shard == late.shard
    Match.objects.update(probability=0.5)
    before = list(Match.objects.values())
    with pytest.raises(Overtaken):
        work()
    assert list(Match.objects.values()) == before
    assert not late.done()
    late.failed("never heard of")
    assert RematchShard.objects.get(pk=now.shard.pk).state == "claimed"
    assert now.done()


def late_work(wish, claim):
    return lambda: services.rematch_wishes([wish.pk], explained=0, hold=claim.hold)


@pytest.mark.django_db
def test_a_text_read_before_an_edit_takes_no_place_of_the_newer(engine):
    (wish,), _ = things(1)
    before = type(wish).objects.get(pk=wish.pk)
    at = wish.updated_at + timedelta(seconds=1)
    type(wish).objects.filter(pk=wish.pk).update(title_en="Escalator brushes wanted", updated_at=at)
    wish.refresh_from_db()
    newer = services.profile(wish)
    services.profiles([before])
    assert Profile.objects.get(wish=wish).content_hash == newer.content_hash


@pytest.mark.django_db
def test_a_text_taken_back_while_it_was_read_is_not_shown_again():
    (wish,), _ = things(1)
    before = type(wish).objects.get(pk=wish.pk)
    type(wish).objects.filter(pk=wish.pk).update(status="withdrawn")
    services.profiles([before])
    assert not Profile.objects.get(wish=wish).is_public


@pytest.mark.django_db
def test_what_another_worker_matched_later_stays():
    (wish,), _ = things(1)
    services.rematch_all()
    Profile.objects.update(matched_at=timezone.now() + timedelta(minutes=1))
    Match.objects.update(probability=0.5)
    assert services.rematch_wishes([wish.pk]) == 0
    assert Match.objects.get().probability == 0.5


@pytest.mark.django_db
def test_what_the_other_side_finds_meanwhile_is_not_dropped(settings, monkeypatch):
    """A worker matches a solution, and before it writes, another has matched the wish."""
    (wish,), (solution,) = things(1)
    services.rematch_all()
    Match.objects.all().delete()
    measure = services.rematching._measure

    def and_meanwhile(*given):
        measure(*given)
        MatchFactory(wish=wish, solution=solution, signals={"found_by": ["wish"]})

    monkeypatch.setattr(services.rematching, "_measure", and_meanwhile)
    settings.MATCHING_CANDIDATES = 0  # from its own side the solution finds nothing
    services.rematch_solutions([solution.pk])
    assert Match.objects.filter(wish=wish, solution=solution).exists()


@pytest.mark.django_db
def test_a_shard_that_fails_is_tried_again_a_few_times_and_then_told(small, monkeypatch):
    things(1)
    monkeypatch.setattr(sharding, "rematch_wishes", lambda *args, **more: 1 / 0)
    monkeypatch.setattr(sharding, "ASLEEP", 0)
    run = services.start()
    while RematchRun.objects.active().exists():
        RematchShard.objects.filter(state="waiting").update(not_before=None)
        services.work_once(run.pk)
    run.refresh_from_db()
    failed = run.shards.get(state="failed")
    assert run.state == "failed"
    assert failed.attempts == sharding.MOST
    assert failed.error == "ZeroDivisionError: division by zero"
    assert run.shards.exclude(pk=failed.pk).filter(state="done").count() == 4  # it held nothing up


@pytest.mark.django_db
def test_a_shard_that_kills_its_workers_is_given_up(small):
    things(1)
    run = services.start(reason="weights")
    for _ in range(sharding.MOST):
        expire(services.claim(run).shard)
    services.work_once(run.pk)
    lost = run.shards.get(state="failed")
    assert lost.error == "5 workers were lost while they did this."


@pytest.mark.django_db
def test_a_lease_is_as_long_as_the_settings_say(settings):
    things(1)
    settings.MATCHING_LEASE = 7
    shard = services.claim(services.start()).shard
    shard.refresh_from_db()
    assert shard.not_before - shard.claimed_at == timedelta(seconds=7)


@pytest.mark.django_db
def test_cancelling_stops_what_is_not_begun_and_keeps_what_was_written(small):
    things(2)
    services.rematch_all()
    before = pairs()
    run = services.start()
    own = services.claim(run)
    services.cancel(run, by=UserFactory(office=True))
    assert services.claim(run) is None
    assert services.work_once(run.pk) == 0
    with pytest.raises(Overtaken):
        own.hold()
    with pytest.raises(IllegalTransition, match="ended already"):
        services.cancel(run, by=None)
    assert pairs() == before
    assert services.start().pk != run.pk


@pytest.mark.django_db
def test_progress_is_counted_from_the_shards(small, django_assert_num_queries):
    things(2)
    run = services.start()
    for _ in range(3):
        services.work_once(run.pk)
    with django_assert_num_queries(1):
        told = services.progress([run])[run.pk]
    assert [(step.done, step.whole) for step in told.steps] == [(2, 2), (1, 2), (0, 1), (0, 2), (0, 2)]
    assert (told.done, told.whole, told.now.step) == (3, 9, 2)
    assert told.now.rate > 0
    assert told.now.remaining == pytest.approx(1 / told.now.rate)


@pytest.mark.django_db
def test_the_sweep_wakes_as_many_workers_as_have_something_to_do(small):
    things(2)
    assert services.wanted() is None
    run = services.start()
    assert services.wanted() == (run.pk, 4)
    services.claim(run)
    assert services.wanted() == (run.pk, 3)


@pytest.mark.django_db
def test_what_is_more_than_a_sweep_can_carry_becomes_a_run(small, monkeypatch):
    monkeypatch.setattr("matching.services.sweeping.AT_ONCE", 1)
    things(2)
    services.sweep()
    run = services.active_run()
    assert run.reason == "behind"
    assert not Match.objects.exists()
    services.cancel(run, by=None)


@pytest.mark.django_db
def test_while_a_run_has_a_thing_on_its_way_the_sweep_leaves_it_there(small):
    things(1)
    services.rematch_all()
    run = services.start(reason="weights")
    Profile.objects.update(matched_at=None)
    assert services.sweep() == 0
    services.cancel(run, by=None)
    assert services.sweep() == 2


def found_by_solutions() -> dict:
    """Of each solution, the wishes that were found for it."""
    found: dict[str, set] = {}
    for wish, solution, signals in Match.objects.values_list("wish_id", "solution_id", "signals"):
        if "solution" in signals["found_by"]:
            found.setdefault(f"s{solution}", set()).add(f"w{wish}")
    return found


@pytest.mark.django_db
def test_a_run_finds_what_the_wishes_searches_tell_of_each_solution_however_it_is_cut(settings, monkeypatch):
    settings.MATCHING_CANDIDATES = 2
    things(5)
    services.rematch_all()
    at_once, rows = found_by_solutions(), pairs()
    snapshot = shelf.current(max_age=0)
    wishes = [unpack(row.record) for row in Profile.objects.filter(side="wish").order_by("pk")]
    best = snapshot.columns(wishes, "solution", set(at_once)).best(2)
    assert at_once == {solution: set(own) for solution, own in best.items()}
    assert len(at_once) == 5
    Match.objects.all().delete()
    for name in ("READ", "MATCH", "SOLUTIONS"):
        monkeypatch.setattr(runs, name, 1)
    services.rematch_all()
    assert found_by_solutions() == at_once
    assert pairs() == rows


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["too many wishes", "another retriever"])
def test_a_run_that_cannot_ask_all_wishes_at_once_searches_for_each_solution(settings, monkeypatch, reason):
    settings.MATCHING_CANDIDATES = 2
    things(3)
    if reason == "too many wishes":
        monkeypatch.setattr(rematching, "REMEMBERED", 2)
    else:
        settings.MATCHING_BACKEND = "indexed"
    services.rematch_all()
    solutions = [unpack(row.record) for row in Profile.objects.filter(side="solution")]
    among = {f"w{pk}" for pk in Profile.objects.filter(side="wish").values_list("wish", flat=True)}
    hits = retrievers.current(max_age=0).search_many(solutions, "wish", 2, among)
    expected = {one.key: {hit.key for hit in own} for one, own in zip(solutions, hits, strict=True)}
    assert found_by_solutions() == expected
