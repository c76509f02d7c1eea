"""Each method on data whose answer is plain to see."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.trials.analysis.rows import noise, phases, series
from trials.analysis import SECOND, Promise, Reading, judge, moments

FALL = Promise("before_after", "decrease", 15)


def test_before_and_after_is_the_change_of_the_means():
    finding = judge(FALL, phases(noise(40, level=100, spread=1), noise(40, level=80, spread=1, seed=1)))
    assert finding.estimate.effect == pytest.approx(20, abs=0.5)
    assert finding.robust.effect == pytest.approx(20, abs=0.5)
    assert finding.robust.low < finding.robust.effect < finding.robust.high
    assert finding.size.value > 15  # in standard deviations, in the promised direction
    assert (finding.verdict, finding.rule) == ("met", "innoportal-verdict/3")


def test_a_rise_counts_upwards():
    rows = phases(noise(40, level=100, spread=1), noise(40, level=130, spread=1, seed=1))
    finding = judge(Promise("before_after", "increase", 15), rows)
    assert finding.estimate.effect == pytest.approx(30, abs=0.5)
    assert finding.size.value > 0
    assert judge(FALL, rows).verdict == "not_met"


def test_one_wild_reading_moves_the_mean_and_hardly_the_robust_alternative():
    after = noise(40, level=80, spread=1, seed=1)
    after[7] = 800
    finding = judge(FALL, phases(noise(40, level=100, spread=1), after))
    assert finding.estimate.effect == pytest.approx(2, abs=1)
    assert finding.robust.effect == pytest.approx(20, abs=1)


def test_more_likeness_gives_a_wider_interval():
    def width(alike):
        rows = phases(noise(60, level=100, alike=alike), noise(60, level=80, alike=alike, seed=1))
        estimate = judge(FALL, rows).estimate
        return estimate.high - estimate.low

    assert width(0.7) > 1.5 * width(0.0)


CONTROL = Promise("with_without", "decrease", 15, control=frozenset({"c1", "c2"}))


def side_by_side(*, before=0, during=40, fall=0.8, drift=1.0, bias=1.0):
    """Two treated and two control units; `bias` is what the treated had before, `drift` what both get."""
    rows = []
    for number, sensor in enumerate(("t1", "t2", "c1", "c2")):
        own = bias if sensor.startswith("t") else 1.0
        for phase, count, first, factor in (
            ("baseline", before, 0, 1.0),
            ("trial", during, before, drift * (fall if sensor.startswith("t") else 1.0)),
        ):
            if count:
                values = noise(count, level=100, spread=1, seed=10 * number + (phase == "trial"))
                rows += series(own * factor * values, phase, sensor=sensor, first=first)
    return rows


def test_with_and_without_is_the_gap_to_the_control_group():
    finding = judge(CONTROL, side_by_side())
    assert finding.estimate.effect == pytest.approx(20, abs=0.7)
    assert finding.robust.effect == pytest.approx(20, abs=0.7)
    assert (finding.verdict, finding.n_trial) == ("met", 40)


def apart(rows, seconds):
    """Each sensor's clock so many seconds later than the one before."""
    names = sorted({one.sensor for one in rows})
    return [replace(one, at=one.at + timedelta(seconds=seconds * names.index(one.sensor))) for one in rows]


@pytest.mark.parametrize(("seconds", "span"), [(0, None), (7.3, 60), (200, 900), (700, 3600), (2400, 86400)])
def test_sensors_that_keep_no_common_time_meet_in_the_shortest_span_that_brings_them_together(seconds, span):
    finding = judge(CONTROL, apart(side_by_side(before=30), seconds))
    assert finding.estimate.effect == pytest.approx(20, abs=0.7)
    assert (finding.verdict, finding.n_baseline, finding.n_trial, finding.readings) == ("met", 30, 40, 280)
    expected = {"baseline": span, "trial": span} if span else None
    assert finding.parameters.get("seconds_together") == expected


@pytest.mark.parametrize("early", [30, 1, 59])
def test_meters_just_before_and_just_after_the_full_hour_are_of_one_moment(early):
    rows = [
        replace(one, at=one.at - timedelta(seconds=early)) for one in apart(side_by_side(), 2 * early / 3)
    ]
    finding = judge(CONTROL, rows)
    assert (finding.verdict, finding.n_trial) == ("met", 40)
    assert finding.parameters["seconds_together"]["trial"] <= 900


def test_a_plan_of_the_second_rule_compares_equal_moments_only():
    finding = judge(replace(CONTROL, rule=SECOND), apart(side_by_side(), 7.3))
    assert (finding.why, finding.rule) == ("too_few_moments_of_both", SECOND)


def test_meters_that_are_read_in_turn_are_not_taken_for_a_series_that_swings():
    together = [
        one
        for number, sensor in enumerate(("a", "b"))
        for one in phases(
            noise(40, level=100 + 60 * number, spread=1, seed=number),
            noise(40, level=80 + 48 * number, spread=1, seed=9 + number),
            sensor=sensor,
        )
    ]
    found, expected = (judge(FALL, apart(together, seconds)) for seconds in (300, 0))
    assert (found.n_baseline, found.n_trial) == (40, 40)
    assert (found.estimate.low, found.estimate.high) == pytest.approx(
        (expected.estimate.low, expected.estimate.high)
    )


def test_a_day_begins_at_midnight_in_hong_kong_and_a_sensor_counts_once_in_a_span():
    night = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)  # half past eleven in the evening
    rows = [
        Reading(night, "t1", "trial", 1.0),
        Reading(night + timedelta(minutes=20), "t1", "trial", 3.0),
        Reading(night + timedelta(hours=1), "t1", "trial", 9.0),
        Reading(night - timedelta(hours=9), "c1", "trial", 5.0),
    ]
    found, spans = moments.together(rows, lambda one: one.sensor)
    assert spans == {"trial": 86400}
    assert [(one.at, one.sensor, one.value) for one in found] == [
        (datetime(2026, 2, 28, 16, tzinfo=UTC), "c1", 5.0),
        (datetime(2026, 2, 28, 16, tzinfo=UTC), "t1", 2.0),
        (datetime(2026, 3, 1, 16, tzinfo=UTC), "t1", 9.0),
    ]


def test_what_befalls_both_groups_is_no_effect():
    assert judge(CONTROL, side_by_side(drift=1.5)).estimate.effect == pytest.approx(20, abs=0.7)
    assert judge(CONTROL, side_by_side(drift=0.5, fall=1.0)).verdict == "not_met"


def test_what_the_groups_differed_by_before_is_taken_out():
    finding = judge(CONTROL, side_by_side(before=30, bias=1.3))
    assert finding.estimate.effect == pytest.approx(20, abs=0.7)
    assert finding.robust.effect == pytest.approx(20, abs=0.7)
    assert judge(CONTROL, side_by_side(bias=1.3)).estimate.effect == pytest.approx(-4, abs=0.7)


def test_a_group_never_measured_with_the_other_decides_nothing():
    finding = judge(CONTROL, [one for one in side_by_side() if one.sensor.startswith("t")])
    assert (finding.verdict, finding.why, finding.estimate) == (
        "inconclusive",
        "too_few_moments_of_both",
        None,
    )


PAIRED = Promise("paired", "decrease", 15)


def units(count, fall=0.8):
    """Units so different that only the pairs tell."""
    sizes = 10 ** np.linspace(1, 3, count)
    rows = []
    for number, size in enumerate(sizes):
        wobble = 1 + 0.02 * np.sin(number)
        rows += series([size] * 2, "baseline", sensor=f"u{number}")
        rows += series([size * fall * wobble] * 2, sensor=f"u{number}", first=2)
    return rows


def test_pairs_tell_what_means_of_unlike_units_cannot():
    finding = judge(PAIRED, units(16))
    assert finding.estimate.effect == pytest.approx(20, abs=1)
    assert (finding.verdict, finding.parameters["pairs"]) == ("met", 16)
    assert judge(Promise("before_after", "decrease", 15), units(16)).verdict != "met"


def test_nine_pairs_are_too_few():
    assert judge(PAIRED, units(9)).why == "too_few_pairs"


AVAILABLE = Promise("availability", "at_least", 95)


def hours(values):
    return series(values, step=timedelta(hours=1))


def test_an_outage_that_lasts_counts_as_fewer_cases_than_its_hours():
    lasting = [0.0] * 10 + [1.0] * 990
    scattered = [0.0 if number % 100 == 7 else 1.0 for number in range(1000)]
    long, short = (judge(AVAILABLE, hours(values)) for values in (lasting, scattered))
    assert long.estimate.effect == short.estimate.effect == 99
    assert long.estimate.low < short.estimate.low - 1
    assert long.parameters["worth_trial"] < 200 < short.parameters["worth_trial"]


def test_of_what_never_failed_each_day_counts_once():
    finding = judge(AVAILABLE, hours([1.0] * 240))
    assert finding.parameters["worth_trial"] == finding.parameters["days"] == 11  # noon to noon
    assert (finding.estimate.effect, finding.verdict) == (100, "inconclusive")


def test_acceptance_is_the_share_of_fours_and_fives():
    finding = judge(Promise("acceptance", "at_least", 70), series([5] * 60 + [4] * 30 + [3] * 5 + [1] * 5))
    assert (finding.estimate.effect, finding.verdict) == (90, "met")
    assert finding.parameters["mean"][0] == pytest.approx(4.4)


def test_cases_without_their_truth_are_counted_and_left_out():
    said, so = series([1] * 30), series([1] * 25, first=3)
    finding = judge(Promise("detection", "at_least", 80, figure="recall"), said, so)
    assert (finding.n_trial, finding.parameters["unmatched"]) == (25, 5)


def test_a_figure_that_no_case_bears_on_is_inconclusive():
    said = series([1] * 30)
    finding = judge(Promise("detection", "at_least", 80, figure="specificity"), said, said)
    assert (finding.verdict, finding.why) == ("inconclusive", "too_few_cases")
    assert finding.parameters["recall"][0] == 100


def test_a_threshold_is_the_mean_of_the_trial():
    finding = judge(Promise("threshold", "at_most", 42), series(noise(40, level=40, spread=1)))
    assert finding.estimate.effect == pytest.approx(40, abs=0.5)
    assert finding.robust.effect == pytest.approx(40, abs=0.5)
    assert (finding.verdict, finding.size.value < 0) == ("met", True)


@pytest.mark.parametrize(
    ("method", "rows"),
    [
        ("before_after", phases([100] * 9, [50] * 40)),
        ("threshold", series([1] * 9)),
        ("proportion", series([1] * 9)),
        ("availability", series([1] * 9)),
        ("acceptance", series([5] * 9)),
    ],
)
def test_nine_are_too_few(method, rows):
    direction = "decrease" if method == "before_after" else "at_least"
    assert judge(Promise(method, direction, 15), rows).why == "too_few"


@pytest.mark.parametrize("method", ["before_after", "with_without", "paired"])
def test_a_baseline_of_nothing_gives_no_per_cent(method):
    rows = units(12) if method == "paired" else side_by_side(before=20)
    flat = [one.__class__(one.at, one.sensor, one.phase, 0.0) for one in rows]
    assert judge(Promise(method, "decrease", 15, control=frozenset({"c1", "c2"})), flat).why == "no_base"


def beside(control, share, phase="trial", first=0):
    """One unit of each group; the treated one reads that share of the other."""
    treated, untreated = share * np.asarray(control), np.asarray(control)
    return [
        *series(treated, phase, sensor="t1", first=first),
        *series(untreated, phase, sensor="c1", first=first),
    ]


def test_side_by_side_without_noise_gives_the_change_of_the_ratio_and_no_doubt():
    """What was expected is the control group of the trial, times the ratio of before."""
    before, during = noise(20, level=100), noise(20, level=140, seed=1)
    finding = judge(CONTROL, [*beside(before, 1.25, "baseline"), *beside(during, 1.0, first=20)])
    estimate = finding.estimate
    assert (estimate.effect, estimate.low, estimate.high) == pytest.approx((20, 20, 20), abs=1e-6)
    assert estimate.baseline_mean == pytest.approx(1.25 * during.mean())
    assert estimate.trial_mean == pytest.approx(during.mean())
    robust = finding.robust
    assert (robust.low, robust.effect, robust.high) == pytest.approx((20, 20, 20), abs=1e-6)


def test_the_doubt_of_before_is_part_of_the_interval_side_by_side():
    """As wide as that of drawing the moments of both phases again, which asks for no formula."""
    levels = {"baseline": ((130, 1), (100, 2)), "trial": ((104, 3), (100, 4))}
    values = {
        phase: [noise(60, level=level, spread=8, seed=seed) for level, seed in groups]
        for phase, groups in levels.items()
    }
    rows = [
        one
        for first, (phase, groups) in zip((0, 60), values.items(), strict=True)
        for sensor, group in zip(("t1", "c1"), groups, strict=True)
        for one in series(group, phase, sensor=sensor, first=first)
    ]
    estimate = judge(CONTROL, rows).estimate
    random, drawn = np.random.default_rng(5), []
    for _draw in range(2000):
        ratios = []
        for treated, control in values.values():
            places = random.integers(0, 60, 60)
            ratios.append(treated[places].mean() / control[places].mean())
        drawn.append(100 * (1 - ratios[1] / ratios[0]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert estimate.high - estimate.effect == pytest.approx(estimate.effect - estimate.low)
    assert estimate.high - estimate.low == pytest.approx(high - low, rel=0.2)


def test_a_baseline_of_both_groups_is_long_enough_or_decides_nothing():
    assert judge(CONTROL, side_by_side(before=9)).why == "too_few_moments_of_both"
    assert judge(CONTROL, side_by_side(before=10, during=10)).estimate is not None


@pytest.mark.parametrize(("phase", "sensor"), [("trial", "c"), ("baseline", "c"), ("baseline", "t")])
def test_a_group_that_read_nothing_is_no_base_of_a_ratio(phase, sensor):
    rows = [
        one.__class__(one.at, one.sensor, one.phase, 0.0)
        if one.phase == phase and one.sensor.startswith(sensor)
        else one
        for one in side_by_side(before=20)
    ]
    assert judge(CONTROL, rows).why == "no_base"


@pytest.mark.parametrize("phase", ["baseline", "trial"])
def test_a_moment_without_a_ratio_leaves_the_robust_alternative_out_and_the_estimate_in(phase):
    share = {"baseline": np.ones(20), "trial": np.full(20, 0.8)}
    share[phase][3] = 0.0
    rows = [*beside(noise(20, level=100), share["baseline"], "baseline"),
            *beside(noise(20, level=100, seed=1), share["trial"], first=20)]  # fmt: skip
    finding = judge(CONTROL, rows)
    assert finding.robust is None
    assert finding.estimate.effect == pytest.approx(24 if phase == "trial" else 15.8, abs=1)


@pytest.mark.parametrize(
    ("method", "rows"),
    [
        ("before_after", phases(noise(10, level=100), noise(10, level=80, seed=1))),
        ("threshold", series(noise(10))),
        ("proportion", series([1, 0] * 5)),
        ("availability", series([1, 0] * 5)),
        ("acceptance", series([5, 3] * 5)),
        ("paired", units(10)),
    ],
)
def test_ten_are_enough(method, rows):
    direction = "decrease" if method in ("before_after", "paired") else "at_least"
    finding = judge(Promise(method, direction, 15), rows)
    assert finding.estimate is not None
    assert not finding.why.startswith("too_few")
