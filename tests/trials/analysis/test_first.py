from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from trials.analysis import Reading
from trials.analysis import first as analysis
from trials.analysis.first import Promise, judge

START = datetime(2026, 3, 1, tzinfo=UTC)


def readings(baseline, trial, sensor="a"):
    rows = [("baseline", value) for value in baseline] + [("trial", value) for value in trial]
    return [
        Reading(START + timedelta(hours=hour), sensor, phase, float(value))
        for hour, (phase, value) in enumerate(rows)
    ]


def noise(count, *, level, spread=5.0, rho=0.0, seed=0):
    random = np.random.default_rng(seed)
    shocks = random.normal(size=count) * spread * np.sqrt(1 - rho**2)
    values = [random.normal() * spread]
    for shock in shocks[1:]:
        values.append(rho * values[-1] + shock)
    return level + np.array(values)


DECREASE = Promise("before_after", "decrease", 15)


def test_the_change_is_that_of_the_means():
    estimate = analysis.change([100, 102, 98, 100] * 5, [80, 82, 78, 80] * 5, falls=True)
    assert (estimate.effect, estimate.baseline_mean, estimate.trial_mean) == pytest.approx((20, 100, 80))


def test_the_error_of_the_change_is_the_delta_method_over_statsmodels_covariance():
    before, after = noise(40, level=100), noise(50, level=85, seed=1)
    estimate = analysis.change(before, after, falls=True)
    phase = np.r_[np.zeros(40), np.ones(50)]
    fit = sm.OLS(np.r_[before, after], sm.add_constant(phase)).fit(
        cov_type="HAC", cov_kwds={"maxlags": analysis.lag_of(40), "use_correction": True}
    )
    ratio = after.mean() / before.mean()  # the variance of a ratio of means, written another way
    variance = fit.cov_params()
    mean_after = np.array([1.0, 1.0])
    var_after = mean_after @ variance @ mean_after
    cov = variance[0] @ mean_after
    error = 100 * np.sqrt((var_after - 2 * ratio * cov + ratio**2 * variance[0, 0]) / before.mean() ** 2)
    reach = analysis.reach_of(analysis.lag_of(40), 40, 88) * error
    effect = 100 * (1 - ratio)
    assert (estimate.effect, estimate.low, estimate.high) == pytest.approx(
        (effect, effect - reach, effect + reach), rel=1e-9
    )


def test_the_reach_is_never_less_than_students():
    for count in (10, 30, 100, 1000):
        assert analysis.reach_of(analysis.lag_of(count), count, count - 2) >= t.ppf(0.975, count - 2)


def test_the_level_of_white_noise_has_the_mean_and_a_known_newey_west_error():
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0, 1.0, 2.0]
    estimate = analysis.level(values)
    residual = np.array(values) - np.mean(values)
    count, lag = len(values), analysis.lag_of(len(values))
    long_run = residual @ residual + 2 * sum(
        (1 - step / (lag + 1)) * (residual[step:] @ residual[:-step]) for step in range(1, lag + 1)
    )
    error = np.sqrt(long_run) / count * np.sqrt(count / (count - 1))
    assert estimate.effect == pytest.approx(2.7)
    assert estimate.high - estimate.effect == pytest.approx(analysis.reach_of(lag, count, count - 1) * error)


def test_the_share_has_wilsons_interval():
    estimate = analysis.share([1.0] * 45 + [0.0] * 5)
    share, count, z = 0.9, 50, 1.959963984540054
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    assert (estimate.effect, estimate.low, estimate.high) == pytest.approx(
        (90, 100 * (middle - half), 100 * (middle + half))
    )


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_the_interval_holds_the_true_effect_about_as_often_as_it_says(rho):
    hits = 0
    for seed in range(200):
        before = noise(40, level=100, rho=rho, seed=2 * seed)
        after = noise(40, level=80, rho=rho, seed=2 * seed + 1)
        estimate = analysis.change(before, after, falls=True)
        hits += estimate.low <= 20 <= estimate.high
    assert hits / 200 >= (0.84 if rho > 0.5 else 0.91)


def test_plain_errors_would_not_hold_it_when_readings_follow_each_other():
    """What the Newey-West errors are for."""
    hits = 0
    for seed in range(200):
        before = noise(40, level=100, rho=0.8, seed=2 * seed)
        after = noise(40, level=80, rho=0.8, seed=2 * seed + 1)
        effect = 100 * (before.mean() - after.mean()) / before.mean()
        error = np.sqrt(before.var(ddof=1) / 40 + after.var(ddof=1) / 40)
        hits += abs(effect - 20) <= 1.99 * error
    assert hits / 200 < 0.7


@pytest.mark.parametrize(
    ("promise", "before", "after", "verdict"),
    [
        (DECREASE, 100, 70, "met"),
        (DECREASE, 100, 90, "partly_met"),
        (DECREASE, 100, 110, "not_met"),
        (DECREASE, 100, 100, "not_met"),
        (Promise("before_after", "increase", 15), 100, 130, "met"),
        (Promise("before_after", "increase", 15), 100, 108, "partly_met"),
        (Promise("before_after", "increase", 15), 100, 70, "not_met"),
        (Promise("threshold", "at_most", 42), 0, 40, "met"),
        (Promise("threshold", "at_most", 42), 0, 45, "not_met"),
        (Promise("threshold", "at_most", 42), 0, 42, "inconclusive"),
        (Promise("threshold", "at_least", 42), 0, 45, "met"),
        (Promise("threshold", "at_least", 42), 0, 40, "not_met"),
    ],
)
def test_the_verdict_follows_the_rule(promise, before, after, verdict):
    rows = readings(noise(40, level=before, spread=1), noise(40, level=after, spread=1, seed=1))
    assert judge(promise, rows).verdict == verdict


def test_a_change_that_may_or_may_not_reach_the_target_is_inconclusive():
    rows = readings(noise(40, level=100, spread=4), noise(40, level=84, spread=4, seed=1))
    finding = judge(DECREASE, rows)
    assert finding.estimate.effect > 15 > finding.estimate.low
    assert (finding.verdict, finding.why) == ("inconclusive", "open")


@pytest.mark.parametrize(
    ("successes", "direction", "verdict"),
    [
        (100, "at_least", "met"),
        (60, "at_least", "not_met"),
        (90, "at_least", "inconclusive"),
        (0, "at_most", "met"),
    ],
)
def test_a_share_is_judged_by_its_interval(successes, direction, verdict):
    rows = readings([], [1] * successes + [0] * (100 - successes))
    assert judge(Promise("proportion", direction, 90), rows).verdict == verdict


@pytest.mark.parametrize(
    ("before", "after", "method"), [(9, 40, "before_after"), (40, 9, "before_after"), (0, 9, "threshold")]
)
def test_too_few_moments_decide_nothing(before, after, method):
    direction = "decrease" if method == "before_after" else "at_most"
    rows = readings([100] * before, [1] * after)
    finding = judge(Promise(method, direction, 15), rows)
    assert (finding.verdict, finding.why, finding.estimate) == ("inconclusive", "too_few", None)


def test_ten_moments_in_each_phase_are_enough():
    assert judge(DECREASE, readings([100, 101] * 5, [50, 51] * 5)).verdict == "met"


def test_a_baseline_of_nothing_gives_no_per_cent():
    assert judge(DECREASE, readings([0] * 20, [1] * 20)).why == "no_base"


def test_sensors_read_at_one_moment_count_once():
    one = readings([100, 102] * 10, [80, 82] * 10)
    other = readings([104, 106] * 10, [84, 86] * 10, sensor="b")
    finding = judge(DECREASE, one + other)
    assert (finding.n_baseline, finding.n_trial, finding.readings) == (20, 20, 80)
    assert finding.estimate.baseline_mean == pytest.approx(103)


def test_order_does_not_matter_and_a_changed_reading_does():
    rows = readings(noise(20, level=100), noise(20, level=80, seed=1))
    assert judge(DECREASE, rows) == judge(DECREASE, rows[::-1])
    changed = [*rows[:-1], Reading(rows[-1].at, "a", "trial", rows[-1].value + 0.001)]
    assert judge(DECREASE, changed).data_hash != judge(DECREASE, rows).data_hash


@given(st.lists(st.sampled_from(["met", "partly_met", "not_met", "inconclusive"]), min_size=1, max_size=6))
def test_overall_verdict(verdicts):
    found = analysis.overall(verdicts)
    if set(verdicts) == {"met"}:
        assert found == "met"
    elif set(verdicts) == {"not_met"}:
        assert found == "not_met"
    elif "inconclusive" in verdicts and not {"met", "partly_met"} & set(verdicts):
        assert found == "inconclusive"
    else:
        assert found == "partly_met"
    assert analysis.overall(verdicts, stopped=True) == "stopped"
