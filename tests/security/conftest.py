import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from tests.security.world import World, build


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture(scope="module")
def standing_world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once for a module, in a transaction that is never committed; each test works in one within."""
    place = tmp_path_factory.mktemp("world")
    places = override_settings(
        REPORT_KEY_FILE=place / "report.pem",
        MEDIA_ROOT=place / "media",
        MATCHING_EMBEDDERS=["use"],
        MATCHING_SNAPSHOT_DIR=place / "snapshots",
    )
    with places, django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world: World, db) -> World:
    return standing_world
