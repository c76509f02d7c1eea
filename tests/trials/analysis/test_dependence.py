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


def both_errors(values):
    """By the effective number, and by Newey and West after prewhitening, written another way."""
    apart = np.asarray(values) - np.mean(values)
    count, alike = len(apart), likeness(apart)
    worth = count * (1 - alike) / (1 + alike)
    white = apart[1:] - alike * apart[:-1]
    white = white - white.mean()
    lag = int(4 * ((count - 1) / 100) ** (2 / 9))
    run = white @ white + 2 * sum(
        (1 - step / (lag + 1)) * (white[step:] @ white[:-step]) for step in range(1, lag + 1)
    )
    whitened = run / (count - 1) ** 2 * (count - 1) / (count - 2) / (1 - alike) ** 2
    return np.sqrt(apart @ apart / count / (worth - 1)), np.sqrt(whitened)


def test_the_error_is_that_of_the_effective_number_where_it_is_larger():
    values = noise(60, alike=0.3, seed=5)
    effective, whitened = both_errors(values)
    assert effective > 1.02 * whitened
    assert mean_of(values).error == pytest.approx(effective)


def test_the_error_is_newey_wests_where_likeness_goes_beyond_neighbours():
    """Pairs of days that are alike every other day: neighbours say nothing of it."""
    values = np.ravel(np.column_stack([noise(60, alike=0.8, seed=1), noise(60, alike=0.8, seed=2)]))
    effective, whitened = both_errors(values)
    assert whitened > 1.2 * effective
    assert mean_of(values).error == pytest.approx(whitened)
