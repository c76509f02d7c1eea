"""Findings in plain words, in both languages."""

import pytest

from tests.trials.analysis.rows import noise, phases, series
from tests.trials.analysis.test_methods import CONTROL, PAIRED, side_by_side, units
from trials import plain
from trials.analysis import FIRST, METHODS, Promise, judge

FALL = {"direction": "decrease", "target": "15", "unit": "kWh"}


def change(before, after):
    rows = phases(noise(40, level=before, spread=1), noise(40, level=after, spread=1, seed=1))
    return judge(Promise("before_after", "decrease", 15), rows).to_dict()


def test_a_fall_is_told_beside_the_promise():
    said = plain.sentence(change(100, 80), **FALL)
    assert said.en.startswith("It fell by 19.95 %")
    assert "beside the baseline (95 % interval: " in said.en
    assert said.en.endswith("The promise was 15 % or more.")
    assert said.zh.startswith("與基線期比較，下降 19.95%")


def test_what_went_the_other_way_is_told_so():
    assert plain.sentence(change(100, 120), **FALL).en.startswith("It rose by ")
    rose = plain.sentence(change(100, 120), **FALL | {"direction": "increase"})
    assert rose.en.startswith("It fell by ")  # the effect counts in the promised direction


@pytest.mark.parametrize(
    ("promise", "rows", "said"),
    [
        (
            Promise("threshold", "at_most", 42),
            series(noise(40, level=40, spread=1)),
            "On average it was 39.94 dB",
        ),
        (
            Promise("proportion", "at_least", 80),
            series([1] * 45 + [0] * 5),
            "90 % of the cases were successes",
        ),
        (Promise("availability", "at_least", 80), series([1] * 45 + [0] * 5), "It worked 90 % of the time"),
        (
            Promise("acceptance", "at_least", 80),
            series([5] * 45 + [1] * 5),
            "90 % of the answers were four or five",
        ),
    ],
)
def test_a_level_or_a_share_is_told_beside_the_promise(promise, rows, said):
    found = judge(promise, rows).to_dict()
    text = plain.sentence(found, direction=promise.direction, target=str(promise.target), unit="dB")
    assert said in text.en
    assert text.zh


def test_each_figure_of_accuracy_has_words_of_its_own():
    rows = series([1, 0] * 20)
    texts = set()
    for figure in ("precision", "recall", "specificity"):
        found = judge(Promise("detection", "at_least", 80, figure=figure), rows, rows).to_dict()
        texts.add(plain.sentence(found, direction="at_least", target="80", unit="", figure=figure).en)
    assert len(texts) == 3


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_words(method):
    assert plain.method({"method": method, "rule": "innoportal-verdict/2"})


def test_why_gives_the_figures_that_it_turns_on():
    known = {"cv_rmse": 41.2345678, "limit_cv_rmse": 30.0, "nmbe": -2.5, "limit_nmbe": 10.0}
    said = plain.why({"why": "model_unfit", "parameters": known})
    assert "CV(RMSE) 41.23 % (at most 30 %), NMBE -2.5 % (within 10 %)" in said.en
    assert "41.23%" in said.zh


@pytest.mark.parametrize(
    ("promise", "rows", "name"),
    [(CONTROL, side_by_side(), "Hodges"), (PAIRED, units(16), "Cohen's d of the pairs")],
)
def test_effect_size_and_robust_alternative_are_named(promise, rows, name):
    said = plain.beside(judge(promise, rows).to_dict())
    assert name in said.en
    assert said.zh


def test_a_finding_of_the_first_rule_keeps_the_words_that_were_signed():
    rows = phases(noise(20, level=100), noise(20, level=80, seed=1))
    found = judge(Promise("before_after", "decrease", 15, rule=FIRST), rows).to_dict()
    assert "Newey-West errors over 6 readings and fixed-b limits" in plain.method(found).en
    assert plain.reason(found, plain.sentence(found, **FALL)).en == plain.why(found).en
