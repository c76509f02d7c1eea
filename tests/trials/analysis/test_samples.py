import numpy as np
import pytest

from innoportal.bench import coverage
from trials.analysis.samples import Design, to_prove, to_see

PLAN = Design("before_after", target=15, baseline=100, spread=30)


@pytest.mark.parametrize(("effect", "each"), [(0.2, 394), (0.5, 64), (0.8, 26)])
def test_two_groups_need_what_cohen_printed(effect, each):
    """J. Cohen, Psychological Bulletin 112 (1992) 155, table 2, within one (393, 64, 26 there)."""
    design = Design("before_after", target=10, baseline=100, spread=10 / effect)
    assert to_see(design).readings == pytest.approx(each, abs=1)


def test_a_change_of_half_a_standard_deviation_takes_64_days_each():
    assert (to_see(PLAN).readings, to_see(PLAN).days) == (64, 64)


def test_likeness_multiplies_the_readings_as_the_analysis_divides_them():
    alike = Design("before_after", target=15, baseline=100, spread=30, likeness=0.5)
    assert to_see(alike).readings == 192  # 63.77 (1 + 0.5) / (1 - 0.5), rounded up


def test_more_readings_a_day_take_fewer_days():
    hourly = Design("before_after", target=15, baseline=100, spread=30, per_day=24)
    assert (to_see(hourly).readings, to_see(hourly).days) == (64, 3)


def test_to_prove_a_target_counts_only_what_lies_beyond_it():
    expected = Design("before_after", target=15, baseline=100, spread=30, expected=30)
    assert to_prove(expected).readings == to_see(PLAN).readings
    assert to_prove(Design("before_after", target=15, baseline=100, spread=30, expected=15)) is None


@pytest.mark.parametrize(
    ("design", "readings"),
    [
        (Design("threshold", target=42, expected=40, spread=4), 34),  # Cohen (1988): d = 0.5, one sample
        (Design("paired", target=15, baseline=100, spread=30), 34),
        (Design("proportion", target=50, expected=70), 47),
    ],
)
def test_one_sample_needs_about_half_of_two(design, readings):
    found = to_see(design) or to_prove(design)
    assert found.readings == pytest.approx(readings, abs=1)


def test_pairs_are_units_and_not_days():
    assert to_see(Design("paired", target=15, baseline=100, spread=30)).days is None


@pytest.mark.parametrize(
    "design",
    [
        Design("before_after", target=15),
        Design("before_after", target=15, baseline=100),
        Design("threshold", target=42, expected=40),
        Design("proportion", target=80),
        Design("proportion", target=80, expected=140),
    ],
)
def test_while_something_is_not_known_nothing_is_said(design):
    assert (to_see(design), to_prove(design)) == (None, None)


def test_what_no_trial_can_see_has_no_days():
    hardly = Design("before_after", target=0.1, baseline=100, spread=30)
    assert to_see(hardly).days is None
    assert to_prove(Design("proportion", target=80, expected=80)).days is None


def test_an_effect_far_beyond_the_spread_takes_what_the_method_takes():
    assert to_see(Design("before_after", target=50, baseline=100, spread=1)).readings == 10


@pytest.mark.slow
def test_a_trial_of_that_length_sees_the_effect_four_times_in_five():
    """Simulated with the interval that judges, so that helper and rule agree: 74 to 88 % of 300 trials."""
    needed = to_see(Design("before_after", target=15, baseline=100, spread=20, likeness=0.3)).readings
    trial, random = coverage.days_before_after(needed, 0.3, spread=20.0), np.random.default_rng(2)
    seen = sum(trial(random, 15.0).low > 0 for _run in range(300))
    assert 0.74 <= seen / 300 <= 0.88
