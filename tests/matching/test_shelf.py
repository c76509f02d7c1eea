"""What can be found, and how soon: the snapshot, what changed since, and other processes."""

import json
import os
import subprocess
import sys

import pytest
from django.utils import timezone

from matching import services
from matching.engine import Item, Passage, prepare
from matching.models import Profile
from tests.factories import SolutionFactory, WishFactory

pytestmark = pytest.mark.django_db
READ = """
import django, sys
django.setup()
from django.conf import settings
from django.db import connection
settings.MATCHING_SNAPSHOT_DIR, settings.MATCHING_EMBEDDERS = sys.argv[1], ["use"]
connection.settings_dict["NAME"] = sys.argv[2]
from matching.services import shelf
print(sorted(shelf.current().keys("wish")))
"""


def query(shelf, text="lift faults"):
    return prepare([Item("q", "wish", (Passage("en", "", text),))], shelf.embedders())[0]


def keys(shelf) -> list:
    return sorted(hit.key for hit in shelf.current(max_age=0).search(query(shelf), "wish", 100))


def test_an_empty_portal_has_an_empty_snapshot(engine):
    assert keys(engine) == []


def test_a_published_wish_is_found_without_a_new_snapshot(engine):
    engine.current()
    version = engine._shelf.version
    wish = WishFactory(open=True)
    services.profile(wish)
    assert keys(engine) == [f"w{wish.pk}"]
    assert engine._shelf.version == version


def test_the_snapshot_with_its_changes_is_the_snapshot_built_anew(engine):
    first, second, third = (WishFactory(open=True, title_en=title) for title in ("Lift", "Drain", "Chiller"))
    services.profiles([first, second])
    engine.current(max_age=0)
    services.profile(third)
    type(first).objects.filter(pk=first.pk).update(need_en="Water stands in the street.")
    first.refresh_from_db()
    services.profile(first)
    services.hide(second)
    changed = engine.current(max_age=0).search(query(engine), "wish", 10)
    engine.build(force=True)
    anew = engine.current(max_age=0).search(query(engine), "wish", 10)
    assert [(hit.key, hit.signals) for hit in changed] == [(hit.key, hit.signals) for hit in anew]
    assert {hit.key for hit in anew} == {f"w{first.pk}", f"w{third.pk}"}


def test_what_is_hidden_is_gone_at_once_and_comes_back_without_being_read_again(engine):
    wish = WishFactory(open=True)
    record = bytes(services.profile(wish).record)
    assert keys(engine) == [f"w{wish.pk}"]
    services.hide(wish)
    assert keys(engine) == []
    services.profile(wish)
    assert keys(engine) == [f"w{wish.pk}"]
    assert bytes(Profile.objects.get().record) == record


def test_a_row_committed_late_is_not_missed(engine):
    """A transaction that began before another may end after it, with an earlier time on its row."""
    early, late = WishFactory(open=True), WishFactory(open=True)
    services.profile(late)
    engine.build(force=True)
    assert keys(engine) == [f"w{late.pk}"]
    services.profile(early)
    Profile.objects.filter(wish=early).update(updated_at=timezone.now() - timezone.timedelta(minutes=2))
    assert keys(engine) == sorted([f"w{early.pk}", f"w{late.pk}"])


def test_a_lost_or_broken_snapshot_is_built_again(engine, settings):
    wish = WishFactory(open=True)
    services.profile(wish)
    assert keys(engine) == [f"w{wish.pk}"]
    for path in settings.MATCHING_SNAPSHOT_DIR.rglob("*.npy"):
        path.unlink()
    engine.forget()
    assert keys(engine) == [f"w{wish.pk}"]
    (settings.MATCHING_SNAPSHOT_DIR / engine.POINTER).write_text("{")
    engine.forget()
    assert keys(engine) == [f"w{wish.pk}"]


def test_a_snapshot_of_another_engine_is_not_read(engine, settings):
    services.profile(WishFactory(open=True))
    engine.build(force=True)
    place = settings.MATCHING_SNAPSHOT_DIR / engine.POINTER
    place.write_text(json.dumps(json.loads(place.read_text()) | {"engine": "0.0+use"}))
    Profile.objects.update(engine_version="0.0+use")
    engine.forget()
    assert keys(engine) == []  # until the sweep has read the texts again
    services.sweep()
    assert len(keys(engine)) == 1


def test_old_versions_are_cleared_away(engine, settings):
    for _ in range(4):
        engine.build(force=True)
    assert len([p for p in settings.MATCHING_SNAPSHOT_DIR.iterdir() if p.is_dir()]) == engine.KEPT


def test_looking_again_costs_two_queries_and_not_looking_none(engine, django_assert_num_queries):
    services.profile(SolutionFactory(listed=True))
    engine.current(max_age=0)
    with django_assert_num_queries(2):  # which version serves, what it has read since
        engine.current(max_age=0)
    with django_assert_num_queries(0):
        engine.current(max_age=60)


def test_another_process_maps_what_this_one_wrote(engine, settings, committed):
    from django.db import connection

    wish = WishFactory(open=True)
    services.profile(wish)
    engine.build(force=True)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    arguments = [
        sys.executable,
        "-c",
        READ,
        str(settings.MATCHING_SNAPSHOT_DIR),
        connection.settings_dict["NAME"],
    ]
    told = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert told.stdout.strip() == str([f"w{wish.pk}"]), told.stderr
