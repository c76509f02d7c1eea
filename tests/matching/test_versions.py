"""A new engine version is read beside the one that serves, and takes its place in one step."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matching import services, texts
from matching.engine import ENGINE_VERSION
from matching.models import EngineVersion, Match, Profile, RematchRun, RematchShard
from matching.services import sharding, shelf, versions
from tests.factories import EngineVersionFactory, SolutionFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")
LIFTS = {"title_en": "Find faults in lifts early", "title_zh": ""}


@pytest.fixture
def portal():
    """One wish and two solutions, matched by the version that serves."""
    wish = WishFactory(open=True, **LIFTS)
    monitor = SolutionFactory(listed=True, title_en="Lift health monitor", title_zh="")
    SolutionFactory(listed=True, title_en="Drain robot", title_zh="")
    services.rematch_all()
    return wish, monitor


def deploy(settings) -> None:
    """Code or settings of another version, in this process."""
    settings.MATCHING_EMBEDDERS = ["e5", "use"]
    shelf.forget()


def work_until(step: int) -> None:
    run = services.active_run()
    while services.active_run() and not run.shards.filter(step=step, state="done").exists():
        services.work_once(run.pk)


def names(state: str) -> list:
    return list(EngineVersion.objects.filter(state=state).values_list("name", flat=True))


def found(text: str = "lift faults") -> list:
    return [one.pk for one in services.search(text, side="solution", user=None)]


def test_the_first_version_serves_as_soon_as_something_is_read(portal):
    assert names("serving") == [texts.engine_version()]
    assert EngineVersion.objects.get().embedders[0]["name"] == "use"


def test_the_version_before_serves_until_all_is_read_and_then_goes(portal, settings):
    wish, monitor = portal
    (before,) = names("serving")
    deploy(settings)
    services.sweep()
    after = texts.engine_version()
    assert (names("serving"), names("preparing")) == ([before], [after])
    assert services.active_run().reason == "version"
    work_until(RematchShard.Step.READ_SOLUTIONS)
    assert set(Profile.objects.values_list("engine_version", flat=True)) == {before, after}
    assert found()[0] == monitor.pk  # by the models and records of the version before
    assert shelf.held().engine.name == before
    work_until(RematchShard.Step.PUBLISH)
    assert (names("serving"), names("retired")) == ([after], [before])
    assert shelf.held(max_age=0).engine.name == after  # other processes look again within seconds
    assert found()[0] == monitor.pk
    assert set(Match.objects.values_list("engine_version", flat=True)) == {before}  # still to be read
    work_until(99)
    assert RematchRun.objects.latest("pk").state == "done"
    assert set(Match.objects.values_list("engine_version", flat=True)) == {after}
    assert set(Profile.objects.values_list("engine_version", flat=True)) == {after}
    assert Match.objects.get(wish=wish, rank=1).solution == monitor
    assert services.sweep() == 0


def test_the_turn_asks_for_a_snapshot_that_is_there_already(portal, settings, monkeypatch):
    deploy(settings)
    services.sweep()
    work_until(RematchShard.Step.PUBLISH)
    monkeypatch.setattr(shelf, "build", lambda *args, **more: pytest.fail("built while someone waits"))
    shelf.forget()
    assert found()


def test_what_is_edited_meanwhile_is_found_at_once_and_matched_by_the_new_version_later(portal, settings):
    _, monitor = portal
    (before,) = names("serving")
    deploy(settings)
    services.sweep()
    work_until(RematchShard.Step.READ_SOLUTIONS)
    at = timezone.now() + timedelta(seconds=1)
    type(monitor).objects.filter(pk=monitor.pk).update(title_en="Pump seal watcher", updated_at=at)
    services.rematch_solution(monitor.pk)
    assert found("pump seals")[0] == monitor.pk
    assert Profile.objects.filter(solution=monitor, engine_version=before, seen_at=at).exists()
    work_until(99)
    assert found("pump seals")[0] == monitor.pk
    profile = Profile.objects.get(solution=monitor)
    monitor.refresh_from_db()
    assert profile.engine_version == texts.engine_version()
    assert profile.content_hash == texts.content_hash(texts.item_of(monitor))
    assert services.sweep() == 0


def test_what_is_taken_back_meanwhile_is_hidden_in_both(portal, settings):
    _, monitor = portal
    deploy(settings)
    services.sweep()
    work_until(RematchShard.Step.READ_SOLUTIONS)
    type(monitor).objects.filter(pk=monitor.pk).update(status="withdrawn")
    services.hide(monitor)
    assert not Profile.objects.filter(solution=monitor, is_public=True).exists()
    work_until(99)
    assert monitor.pk not in found()


def test_a_text_that_cannot_be_read_keeps_the_version_before_in_use(portal, settings, monkeypatch):
    (before,) = names("serving")
    deploy(settings)
    services.sweep()
    monkeypatch.setattr(sharding, "profiles", lambda *given: 1 / 0)
    while services.active_run():
        RematchShard.objects.filter(state="waiting").update(not_before=None)
        services.work_once(services.active_run().pk)
    assert RematchRun.objects.latest("pk").state == "failed"
    assert names("serving") == [before]
    services.sweep()
    assert services.active_run() is None  # a person begins it again
    monkeypatch.undo()
    assert services.rematch_all().state == "done"
    assert names("serving") == [texts.engine_version()]


def test_a_preparation_that_was_cancelled_is_not_begun_again_by_itself(portal, settings):
    deploy(settings)
    services.sweep()
    services.cancel(services.active_run(), by=None)
    services.sweep()
    assert services.active_run() is None


def test_a_process_that_outlives_its_version_writes_nothing_and_turns_nothing_back(portal, settings):
    deploy(settings)
    services.rematch_all()
    after = names("serving")
    settings.MATCHING_EMBEDDERS = ["use"]  # a worker that was not restarted
    shelf.forget()
    type(portal[0]).objects.update(updated_at=timezone.now() + timedelta(seconds=1))
    assert versions.is_outdated()
    assert services.sweep() == 0
    assert services.active_run() is None
    assert names("serving") == after
    assert found()[0] == portal[1].pk  # it still searches, with the models of the version that serves


def test_shards_of_a_version_are_read_by_its_own_code_only(portal, settings):
    deploy(settings)
    services.sweep()
    run = services.active_run()
    settings.MATCHING_EMBEDDERS = ["use"]
    shelf.forget()
    assert services.claim(run) is None
    assert services.wanted() is None


def test_newer_code_gives_up_what_older_code_prepares(portal, settings):
    deploy(settings)
    services.sweep()
    first = services.active_run()
    settings.MATCHING_EMBEDDERS = ["e5"]
    shelf.forget()
    services.sweep()
    first.refresh_from_db()
    assert first.state == "cancelled"
    assert services.active_run().version.name == texts.engine_version()
    assert len(names("preparing")) == 1


def test_going_back_is_a_persons_command(portal, settings):
    (before,) = names("serving")
    deploy(settings)
    services.rematch_all()
    settings.MATCHING_EMBEDDERS = ["use"]
    shelf.forget()
    services.rematch_all()
    assert names("serving") == [before]
    assert set(Match.objects.values_list("engine_version", flat=True)) == {before}


def test_what_was_prepared_is_cleared_away_when_its_code_is_taken_back(portal, settings):
    (before,) = names("serving")
    deploy(settings)
    services.sweep()
    work_until(RematchShard.Step.READ_WISHES)
    services.cancel(services.active_run(), by=None)
    settings.MATCHING_EMBEDDERS = ["use"]
    shelf.forget()
    services.rematch_all()
    assert (names("serving"), names("preparing")) == ([before], [])
    assert set(Profile.objects.values_list("engine_version", flat=True)) == {before}


def test_work_of_the_version_before_is_not_written_after_the_turn(portal, settings, monkeypatch):
    wish, _ = portal
    other = EngineVersionFactory(preparing=True, embedders=[{"name": "use", "version": ""}])
    turn = versions.turn_over
    measure = services.rematching._measure
    monkeypatch.setattr(services.rematching, "_measure", lambda *given: (measure(*given), turn(other)))
    Match.objects.update(probability=0.5)
    with pytest.raises(services.Overtaken):
        services.rematch_wishes([wish.pk])
    assert set(Match.objects.values_list("probability", flat=True)) == {0.5}


def test_a_model_that_left_the_code_is_done_without(portal):
    EngineVersion.objects.update(
        embedders=[{"name": "gone", "version": "1"}, {"name": "use", "version": "1"}]
    )
    shelf.forget()
    assert found()[0] == portal[1].pk


@pytest.mark.parametrize("given", [["use"], ["e5", "use"], ["e" * 60]])
def test_a_version_is_named_by_code_models_and_glossary_within_its_column(settings, given):
    settings.MATCHING_EMBEDDERS = given
    name = texts.engine_version()
    assert len(name) <= EngineVersion._meta.get_field("name").max_length
    assert name.startswith(f"{ENGINE_VERSION}+")


def test_another_glossary_is_another_version(monkeypatch):
    before = texts.engine_version()
    monkeypatch.setattr(texts, "glossary_hash", lambda: "another")
    assert texts.engine_version() != before
