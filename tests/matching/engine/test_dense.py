import multiprocessing
import os

import numpy as np
import pytest

from matching.engine import dense

TEXTS = ["A pump leaks at night", "升降机故障", ""]


def test_vectors_are_unit_length_one_a_text(embedders):
    for embedder in embedders:
        found = embedder.encode(TEXTS, "wish")
        assert found.shape == (3, embedder.dim)
        assert np.linalg.norm(found[:2], axis=1) == pytest.approx([1, 1], abs=1e-3)
        assert embedder.encode([], "wish").shape == (0, embedder.dim)


def test_a_shared_table_gives_the_vectors_of_the_wheel(embedders):
    mapped = embedders[1]
    assert isinstance(mapped.model._model.table, np.memmap)
    assert np.array_equal(mapped.encode(TEXTS, "wish"), dense.USE().encode(TEXTS, "wish"))


def test_only_the_beginning_of_a_long_text_is_read(embedders):
    for embedder in embedders:
        long = "pump leak " * 1000
        assert np.array_equal(
            embedder.encode([long], "wish"), embedder.encode([long[: embedder.cap]], "wish")
        )


def test_a_glance_is_the_vector_of_the_beginning(embedders):
    for embedder in embedders:
        glance = dense.Glance(embedder, 30)
        assert (glance.name, glance.dim) == (embedder.name, embedder.dim)
        for whole, beginning in (("pump leak " * 9, "pump leak " * 3), ("漏水" * 40, "漏水" * 5)):
            assert np.array_equal(glance.encode([whole], "wish"), embedder.encode([beginning], "wish"))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_forked_after_the_models_ran_still_answers(embedders):
    """With two OpenMP threads the child hangs for ever: what a Celery worker would do."""
    assert os.environ["OMP_NUM_THREADS"] == "1"
    expected = [embedder.encode(TEXTS, "wish") for embedder in embedders]
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put([e.encode(TEXTS, "wish") for e in embedders]))
    child.start()
    try:
        found = answers.get(timeout=120)
    finally:
        child.kill()
        child.join()
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


class Counting:
    name, dim, cap = "e5", 2, 5

    def __init__(self):
        self.seen = []

    def encode(self, texts, role):
        self.seen += [(t, role) for t in texts]
        return np.array([[len(t), role == "wish"] for t in texts], np.float32)


def test_a_cache_embeds_each_text_once_for_each_role(tmp_path):
    inner = Counting()
    for _ in range(2):
        cached = dense.Cached(inner, tmp_path)
        assert cached.encode(["one", "three", "one"], "wish").tolist() == [[3, 1], [5, 1], [3, 1]]
    assert cached.encode(["one"], "solution").tolist() == [[3, 0]]
    assert inner.seen == [("one", "wish"), ("three", "wish"), ("one", "solution")]
    assert cached.encode([], "wish").shape == (0, 2)


def test_a_model_that_is_unknown_is_named():
    with pytest.raises(KeyError, match="bert"):
        dense.load_embedders(["bert"])
