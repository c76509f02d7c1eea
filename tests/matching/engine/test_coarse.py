"""Vectors in one byte a number."""

import numpy as np
import pytest

from matching.engine.coarse import LANGUAGES, Coarse, middles

SIZE, DIM = 300, 384
ORIGINS = np.full((len(LANGUAGES), DIM), 0.01, np.float32)


@pytest.fixture
def vectors():
    found = np.random.default_rng(1).standard_normal((SIZE, DIM)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def langs():
    return np.arange(SIZE) % 3


def test_a_vector_is_kept_to_half_a_step(vectors, langs):
    coarse = Coarse.of("e5", vectors, langs)
    largest = np.abs(vectors - middles("e5", DIM)[langs]).max(axis=1, keepdims=True)
    assert (np.abs(coarse.floats() - vectors) <= largest / 127 * 0.501).all()
    assert np.array_equal(coarse.floats(np.array([7, 2])), coarse.floats()[[7, 2]])


def test_products_are_those_of_the_vectors(vectors, langs):
    found = Coarse.of("e5", vectors, langs).products(vectors[:20], ORIGINS)
    expected = vectors[:20] @ (vectors - ORIGINS[langs]).T
    assert np.abs(found - expected).max() < 5e-3


def test_a_product_depends_on_nothing_but_its_two_vectors(vectors, langs):
    together = Coarse.of("e5", vectors, langs).products(vectors[:20], ORIGINS)
    alone = Coarse.of("e5", vectors[5:9], langs[5:9]).products(vectors[3:4], ORIGINS)
    assert np.array_equal(alone[0], together[3, 5:9])


def test_a_model_that_is_not_known_has_its_middle_at_nought(vectors, langs):
    assert not middles("another", DIM).any()
    assert np.abs(Coarse.of("another", vectors, langs).floats() - vectors).max() < 2e-3


def test_vectors_of_nothing_and_of_nought_can_be_kept():
    nothing = Coarse.of("e5", np.zeros((0, DIM)), np.zeros(0, np.int64))
    assert nothing.products(np.ones((2, DIM)), ORIGINS).shape == (2, 0)
    assert not Coarse.of("another", np.zeros((2, DIM)), np.zeros(2, np.int64)).floats().any()
