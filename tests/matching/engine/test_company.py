"""Texts hear those that are like them in other languages; many questions share who is alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import fusion
from matching.engine.company import ALIKE, Kin, Pairs, company


@st.composite
def likenesses(draw):
    """Symmetric, with ties, and -1 for who is no neighbour at all."""
    size = draw(st.integers(1, 12))
    cells = draw(st.lists(st.sampled_from([-1.0, 0.1, 0.29, 0.3, 0.5, 0.7, 0.9]), min_size=size**2))
    alike = np.triu(np.array(cells[: size**2], np.float32).reshape(size, size), 1)
    alike += alike.T
    np.fill_diagonal(alike, -1)
    return alike


def told(alike, scores):
    """The rule, one text after the other."""
    heard, weights = np.zeros(len(scores)), np.zeros(len(scores))
    for text, row in enumerate(alike):
        near = sorted(row, reverse=True)[1:2]
        others = np.flatnonzero(row >= max(near[0] if near else ALIKE, np.float32(ALIKE)))
        own = (row[others].astype(float) - ALIKE) / (1 - ALIKE)
        own *= fusion.MIXTURE.company / max(own.sum(), 1)
        heard[text], weights[text] = (own * scores[others]).sum(), own.sum()
    return heard, weights


@given(likenesses(), st.randoms(use_true_random=False))
def test_each_text_hears_its_two_nearest_and_those_as_near(alike, chance):
    scores = np.array([chance.uniform(-2, 5) for _ in alike])
    for found, wanted in zip(company(Pairs.of(alike), scores), told(alike, scores), strict=True):
        assert found == pytest.approx(wanted, abs=1e-5)


@given(likenesses(), st.data())
def test_some_of_all_are_asked_as_if_they_were_all(alike, data):
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(alike) - 1), min_size=1))))
    found, wanted = Kin.of(alike).among(some), Pairs.of(alike[np.ix_(some, some)])
    for name in ("texts", "others", "values"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name))


def test_who_has_no_neighbour_keeps_its_score():
    heard, weights = company(Pairs.of(np.full((3, 3), -1, np.float32)), np.array([1.0, 2.0, 3.0]))
    assert not heard.any()
    assert not weights.any()
