from dataclasses import replace

import numpy as np
import pytest

from tests.trials.analysis.rows import noise, phases
from trials.analysis import Promise, changepoint, judge

WHOLE = Promise("energy_whole", "decrease", 15)
TEMPERATURES = np.linspace(5, 33, 120)
SHAPES = {
    "2P": lambda t: 50 + 4 * t,
    "3PC": lambda t: 100 + 6 * np.maximum(0, t - 20),
    "3PH": lambda t: 100 + 6 * np.maximum(0, 16 - t),
    "4P": lambda t: 100 + 1 * (t - 18) + 5 * np.maximum(0, t - 18),
    "5P": lambda t: 100 + 6 * np.maximum(0, 12 - t) + 8 * np.maximum(0, t - 24),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_the_rule_finds_the_shape_that_was_there(kind):
    energy = SHAPES[kind](TEMPERATURES) + noise(120, spread=1.5, seed=3)
    model = changepoint.best(TEMPERATURES, energy)
    assert model.kind == kind
    assert np.abs(model.at(TEMPERATURES) - SHAPES[kind](TEMPERATURES)).max() < 3


def test_energy_that_falls_while_cooling_is_no_cooling():
    """A shape that physics forbids is not chosen, however well it fits."""
    energy = 200 - 6 * np.maximum(0, TEMPERATURES - 20) + noise(120, spread=1)
    assert changepoint.fit("3PC", TEMPERATURES, energy) is None


@pytest.mark.parametrize("kind", SHAPES)
def test_the_slopes_are_those_of_the_prediction(kind):
    """Every parameter moved a little, the change-points among them."""
    model = changepoint.best(
        TEMPERATURES, SHAPES[kind](TEMPERATURES) + noise(120, spread=1.5, seed=3), (kind,)
    )
    places, columns, step = np.array([7.0, 15.0, 21.0, 30.0]), [], 1e-6
    for number in range(len(model.coefficients)):
        moved = list(model.coefficients)
        moved[number] += step
        columns.append((replace(model, coefficients=tuple(moved)).at(places) - model.at(places)) / step)
    for number in range(len(model.points)):
        turned = list(model.points)
        turned[number] += step
        columns.append((replace(model, points=tuple(turned)).at(places) - model.at(places)) / step)
    assert model.slopes(places) == pytest.approx(np.column_stack(columns), abs=1e-4)


def year(fall, *, spread=6.0, warmer=0.0, count=120):
    """Baseline and trial, the trial `warmer`; energy and temperature of each day."""
    season = 20 - 9 * np.cos(2 * np.pi * np.arange(count) / count)
    before = season + noise(count, spread=1.5, seed=5)
    after = season + warmer + noise(count, spread=1.5, seed=6)
    used = [
        SHAPES["3PC"](before) + noise(count, spread=spread, seed=7),
        (1 - fall) * SHAPES["3PC"](after) + noise(count, spread=spread, seed=8),
    ]
    return phases(*used), phases(before, after)


def test_a_warmer_trial_does_not_hide_the_saving():
    energy, temperature = year(0.2, warmer=2.0)
    finding = judge(WHOLE, energy, temperature)
    assert finding.estimate.effect == pytest.approx(20, abs=1.5)
    assert finding.robust.effect == pytest.approx(20, abs=1.5)
    assert (finding.verdict, finding.parameters["model"]) == ("met", "3PC")
    plain = judge(Promise("before_after", "decrease", 15), energy)
    assert plain.estimate.effect < 15  # what the weather hid


def test_a_cooler_trial_is_no_saving():
    energy, temperature = year(0.0, warmer=-2.0)
    assert judge(Promise("before_after", "decrease", 2), energy).estimate.effect > 3
    assert judge(WHOLE, energy, temperature).verdict == "not_met"


def test_a_model_that_scatters_beyond_guideline_14_decides_nothing():
    energy, temperature = year(0.6, spread=60.0)
    finding = judge(WHOLE, energy, temperature)
    assert (finding.verdict, finding.why) == ("inconclusive", "model_unfit")
    assert finding.parameters["cv_rmse"] > finding.parameters["limit_cv_rmse"] == 30
    assert finding.estimate.effect > 30  # it is shown


def test_a_baseline_that_changed_on_its_way_decides_nothing():
    """Its model fits well on the whole; that of its beginning does not know its end."""
    energy, temperature = year(0.3)
    days = sorted({one.at for one in energy if one.phase == "baseline"})
    late = set(days[85:])
    drifted = [replace(one, value=one.value * 1.3) if one.at in late else one for one in energy]
    finding = judge(WHOLE, drifted, temperature)
    assert finding.why == "model_unfit"
    assert finding.parameters["cv_rmse"] < 30
    assert finding.parameters["nmbe"] > finding.parameters["limit_nmbe"] == 10


def test_a_trial_hotter_than_all_the_baseline_is_not_extrapolated():
    energy, temperature = year(0.3, warmer=9.0)
    finding = judge(WHOLE, energy, temperature)
    assert (finding.verdict, finding.why) == ("inconclusive", "extrapolates")
    assert finding.parameters["outside"] > 10


def test_monthly_values_are_held_to_the_limits_for_months():
    energy, temperature = year(0.3, count=24)
    monthly = [[replace(one, at=rows[0].at + 30 * (one.at - rows[0].at)) for one in rows]
               for rows in (energy, temperature)]  # fmt: skip
    assert judge(WHOLE, *monthly).parameters["limit_cv_rmse"] == 15
    assert judge(WHOLE, energy, temperature).parameters["limit_cv_rmse"] == 30


def test_days_without_a_temperature_are_left_out():
    energy, temperature = year(0.2)
    assert judge(WHOLE, energy, temperature[:100]).why == "too_few_days"
    assert judge(WHOLE, energy, temperature[5:]).n_baseline == 115


def test_option_b_is_a_straight_line_on_the_load():
    hours = 8 + noise(60, spread=1.0, seed=2)
    more = 10 + noise(60, spread=1.0, seed=4)
    used = phases(5 + 12 * hours + noise(60, spread=2), 0.75 * (5 + 12 * more) + noise(60, spread=2, seed=1))
    finding = judge(Promise("energy_isolated", "decrease", 15), used, phases(hours, more))
    assert finding.parameters["model"] == "2P"
    assert finding.estimate.effect == pytest.approx(25, abs=2)


def test_a_model_of_fewer_days_leaves_the_saving_less_sure():
    energy, temperature = year(0.2)
    days = sorted({one.at for one in energy if one.phase == "baseline"})
    fewer = [one for one in energy if one.phase == "trial" or one.at in days[::5]]
    wide, narrow = (judge(WHOLE, rows, temperature).estimate for rows in (fewer, energy))
    assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)
