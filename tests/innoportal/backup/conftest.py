from contextlib import contextmanager

import pytest
from django.conf import settings as portal_settings
from django.db import connection

from innoportal.backup.taking import take
from tests.innoportal.backup.altering import altered
from trials import keys


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REPORT_KEY_FILE = tmp_path / "keys" / "report.pem"


@contextmanager
def another_database():
    """An empty one on the same server, which the portal uses inside the block."""
    here = connection.settings_dict["NAME"]
    there = f"{here}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{there}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{there}"')
    connection.close()
    connection.settings_dict["NAME"] = there
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{there}" WITH (FORCE)')


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Another machine: a database, uploads and keys that are not there yet."""

    @contextmanager
    def move():
        settings.MEDIA_ROOT = tmp_path / "elsewhere" / "media"
        settings.REPORT_KEY_FILE = tmp_path / "elsewhere" / "keys" / "report.pem"
        with another_database():
            yield tmp_path / "elsewhere"

    return move


@pytest.fixture(scope="module")
def bytes_of_bare(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal_settings, "REPORT_KEY_FILE", folder / "report.pem")
        keys.make()
        take(folder / "bare.zip")
        connection.close()
    return altered(folder / "bare.zip", {"files/documents/one": b"one"}).read_bytes()


@pytest.fixture
def bare(bytes_of_bare, django_db_blocker, tmp_path):
    """The backup of a portal with what migrations put in, one key and one file; the database is open."""
    (tmp_path / "bare.zip").write_bytes(bytes_of_bare)
    with django_db_blocker.unblock():
        yield tmp_path / "bare.zip"
        connection.close()
