"""One small trilingual collection, and the two models, loaded once."""

from pathlib import Path

import pytest

from matching.engine import Snapshot, linked, load_embedders, prepare

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="session")
def embedders(tmp_path_factory):
    return load_embedders(shared=tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def corpus():
    return linked.read(CORPUS)


@pytest.fixture(scope="session")
def prepared(corpus, embedders):
    return prepare((*corpus.wishes, *corpus.solutions), embedders)


@pytest.fixture(scope="session")
def snapshot(prepared):
    return Snapshot.build(prepared)
