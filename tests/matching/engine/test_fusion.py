import numpy as np
import pytest

from matching.engine.fusion import ENOUGH, Groups, Mixture, fuse, standardise


def test_scores_of_each_language_are_put_on_one_scale():
    codes = np.array([0] * 400 + [1] * 400)
    scores = np.concatenate([np.linspace(0, 1, 400), np.linspace(50, 90, 400)])[None, :]
    scaled = standardise(scores, Groups.of(codes))[0]
    for part in (scaled[:400], scaled[400:]):
        assert (part.mean(), part.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_a_language_of_one_text_borrows_its_spread_from_all():
    codes = np.array([0] * 50 + [1])
    scores = np.concatenate([np.linspace(0, 1, 50), [0.9]])[None, :]
    alone = standardise(scores, Groups.of(codes))[0, 50]
    own = 1 / ENOUGH
    mean = own * 0.9 + (1 - own) * scores.mean()
    assert alone == pytest.approx((0.9 - mean) / np.sqrt((1 - own) * scores.var()))


def test_scores_that_are_all_the_same_say_nothing():
    assert not standardise(np.full((2, 5), 3.0), Groups.of(np.zeros(5, int))).any()


def test_words_weigh_less_across_scripts():
    words = np.array([[5.0, 0, 0, 0, 5, 0, 0, 0]])
    silent = {"words": words, "concepts": 0 * words, "m": 0 * words}
    groups = Groups.of(np.zeros(8, int))
    model = {**silent, "m": np.array([[0.0, 0, 0, 1, 0, 0, 0, 0]])}
    mixture = Mixture(models=(("m", 1.0),))
    inside = fuse(model, np.ones((1, 8), bool), groups, mixture)[0]
    across = fuse(model, np.zeros((1, 8), bool), groups, mixture)[0]
    assert across[3] - across[0] > inside[3] - inside[0]


def test_a_model_that_is_not_there_is_left_out():
    signals = {"words": np.array([[1.0, 0, 0]]), "concepts": np.zeros((1, 3))}
    assert fuse(signals, np.ones((1, 3), bool), Groups.of(np.zeros(3, int)))[0].argmax() == 0
