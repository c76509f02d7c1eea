import pytest

from innoportal.celery import app
from matching.services import glossaries, shelf


@pytest.fixture(autouse=True)
def no_terms_of_another_test():
    glossaries.forget()


@pytest.fixture
def engine(settings, tmp_path, db):
    """The engine with its quick model only, and a folder of snapshots that no other test has seen."""
    settings.MATCHING_EMBEDDERS = ["use"]
    settings.MATCHING_SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.MATCHING_CANDIDATES = 10
    shelf.forget()
    yield shelf
    shelf.forget()


@pytest.fixture
def eager():
    """A message is done where it is sent."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False
