import numpy as np
import pytest

from matching.engine import fusion
from matching.engine.fusion import ENOUGH, Groups, Mixture, fuse, standardise


def test_scores_of_each_language_are_put_on_one_scale():
    codes = np.array([0] * 400 + [1] * 400)
    scores = np.concatenate([np.linspace(0, 1, 400), np.linspace(50, 90, 400)])[None, :]
    scaled = standardise(scores, Groups.of(codes))[0][0]
    for part in (scaled[:400], scaled[400:]):
        assert (part.mean(), part.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_a_language_of_one_text_borrows_its_spread_from_all():
    codes = np.array([0] * 50 + [1])
    scores = np.concatenate([np.linspace(0, 1, 50), [0.9]])[None, :]
    alone = standardise(scores, Groups.of(codes))[0][0, 50]
    own = 1 / ENOUGH
    mean = own * 0.9 + (1 - own) * scores.mean()
    assert alone == pytest.approx((0.9 - mean) / np.sqrt((1 - own) * scores.var()))


def test_scores_that_are_all_the_same_say_nothing():
    assert not standardise(np.full((2, 5), 3.0), Groups.of(np.zeros(5, int)))[0].any()


def test_words_weigh_less_across_scripts():
    words = np.array([[5.0, 0, 0, 0, 5, 0, 0, 0]])
    silent = {"words": words, "concepts": 0 * words, "m": 0 * words}
    groups = Groups.of(np.zeros(8, int))
    model = {**silent, "m": np.array([[0.0, 0, 0, 1, 0, 0, 0, 0]])}
    mixture = Mixture(models=(("m", 1.0, 1.0),))
    inside = fuse(model, np.ones((1, 8), bool), groups, mixture)[0]
    across = fuse(model, np.zeros((1, 8), bool), groups, mixture)[0]
    assert across[3] - across[0] > inside[3] - inside[0]


def test_within_a_script_use_gives_way_to_e5_and_across_they_are_equals():
    """Each model holds another row for the best."""
    words = np.zeros((1, 8))
    signals = {"words": words, "concepts": words, "e5": np.eye(1, 8, 2), "use": np.eye(1, 8, 5)}
    groups = Groups.of(np.zeros(8, int))
    inside, across = (fuse(signals, np.full((1, 8), same), groups)[0] for same in (True, False))
    assert inside[2] > inside[5] > inside[0]
    assert inside[5] - inside[0] == pytest.approx((inside[2] - inside[0]) / 4)
    assert across[2] == pytest.approx(across[5])


def test_a_model_that_is_not_there_is_left_out():
    signals = {"words": np.array([[1.0, 0, 0]]), "concepts": np.zeros((1, 3))}
    assert fuse(signals, np.ones((1, 3), bool), Groups.of(np.zeros(3, int)))[0].argmax() == 0


def test_a_few_rows_on_the_scale_of_the_whole_score_as_they_do_among_all():
    rng = np.random.default_rng(3)
    codes = np.array([0] * 40 + [1] * 35 + [2] * 3)
    signals = {
        name: rng.gamma(2, 1, (2, len(codes))).astype(np.float32) for name in ("words", "concepts", "use")
    }
    same = np.broadcast_to(codes[None, :] == 0, (2, len(codes)))
    groups = fusion.Groups.of(codes)
    whole = fusion.fuse(signals, same, groups)
    scale = fusion.scale_of(signals, same, groups)
    few = np.array([0, 7, 44, 76])
    part = {name: values[:, few] for name, values in signals.items()}
    alone = fusion.fuse(part, same[:, few], fusion.Groups.of(codes[few]), scale=scale)
    assert scale.size == len(codes)
    np.testing.assert_allclose(alone, whole[:, few], atol=1e-5)


def test_a_language_that_the_scale_does_not_know_is_put_on_that_of_all():
    rng = np.random.default_rng(4)
    signals = {name: rng.gamma(2, 1, (1, 50)).astype(np.float32) for name in ("words", "concepts")}
    same = np.ones((1, 50), bool)
    scale = fusion.scale_of(signals, same, fusion.Groups.of(np.zeros(50, int)))
    known, unknown = (
        fusion.fuse(signals, same, fusion.Groups.of(np.full(50, code)), scale=scale) for code in (0, 1)
    )
    np.testing.assert_allclose(unknown, known, atol=1e-5)
