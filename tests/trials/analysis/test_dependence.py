import numpy as np
import pytest
from scipy.stats import t

from tests.trials.analysis.rows import noise
from trials.analysis.dependence import block_of, chance, drawn, likeness, mean_of, reach


def test_independent_readings_are_worth_about_as_many_as_they_are():
    values = noise(400, level=10)
    mean = mean_of(values)
    assert mean.value == pytest.approx(values.mean())
    assert mean.worth == pytest.approx(400, rel=0.15)
    assert mean.error == pytest.approx(values.std(ddof=1) / 20, rel=0.15)


def test_readings_that_are_alike_are_worth_fewer_and_their_mean_errs_more():
    mean = mean_of(noise(400, alike=0.6))
    assert mean.worth == pytest.approx(100, rel=0.4)  # n (1 - r) / (1 + r)
    assert mean.error == pytest.approx(5 / np.sqrt(100), rel=0.3)
    assert mean.freedom == pytest.approx(mean.worth - 1)


def test_a_short_series_does_not_hide_its_likeness():
    """The plain autocorrelation of 20 readings with a likeness of 0.6 is 0.45 on average."""
    series = [noise(20, alike=0.6, seed=seed) for seed in range(400)]
    assert np.mean([likeness(one - one.mean()) for one in series]) == pytest.approx(0.6, abs=0.06)


def test_what_never_changes_has_no_error_and_divides_by_nothing():
    mean = mean_of([4.0] * 12)
    assert (mean.value, mean.error, mean.spread, reach([(1.0, mean)])) == (4.0, 0.0, 0.0, 0.0)


def test_the_reach_of_one_mean_is_students():
    mean = mean_of(noise(40, level=10))
    assert reach([(2.0, mean)]) == pytest.approx(2 * mean.error * t.ppf(0.975, mean.freedom))


def test_the_reach_of_two_means_is_welchs():
    """Satterthwaite's degrees of freedom, written another way."""
    first, second = mean_of(noise(30)), mean_of(noise(50, spread=2, seed=1))
    a, b = first.error**2, second.error**2
    freedom = (a + b) ** 2 / (a**2 / first.freedom + b**2 / second.freedom)
    assert reach([(1.0, first), (-1.0, second)]) == pytest.approx(np.sqrt(a + b) * t.ppf(0.975, freedom))


def test_resampling_draws_whole_blocks_and_the_same_ones_each_time():
    values = noise(200, alike=0.7)
    block = block_of(values)
    assert block > 5
    places = drawn(200, block, chance())
    assert places.shape == (1000, 200)
    steps = np.diff(places[:, : block * (200 // block)].reshape(1000, -1, block), axis=2) % 200
    assert (steps == 1).all()
    assert (places == drawn(200, block, chance())).all()


def test_independent_readings_are_drawn_one_by_one():
    assert block_of(np.tile([1.0, -1.0], 50)) == 1
