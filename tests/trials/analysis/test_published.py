"""Worked examples that others have published: the same data give the same figures."""

import numpy as np
import pytest

from tests.trials.analysis.rows import series
from trials.analysis import Promise, judge, ranks
from trials.analysis.before_after import hedges
from trials.analysis.dependence import Mean
from trials.analysis.shares import beside, exact, wilson


@pytest.mark.parametrize(
    ("successes", "cases", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.00, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson(successes, cases, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    found = wilson(successes, cases)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize(
    ("successes", "cases", "low", "high"),
    [(81, 263, 25.27, 36.76), (15, 148, 5.78, 16.17), (0, 20, 0.00, 16.84), (1, 29, 0.09, 17.76)],
)
def test_clopper_and_pearson(successes, cases, low, high):
    """Newcombe (1998), table I, method 5."""
    found = exact(successes, cases)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.005)


LIVER = [(1, 1)] * 231 + [(1, 0)] * 32 + [(0, 1)] * 27 + [(0, 0)] * 54


@pytest.mark.parametrize(
    ("figure", "share"), [("recall", 231 / 258), ("specificity", 54 / 86), ("precision", 231 / 263)]
)
def test_accuracy_of_liver_scans(figure, share):
    """D. G. Altman and J. M. Bland, BMJ 308 (1994) 1552 and 309 (1994) 102: 0.90, 0.63 and 0.88."""
    said, so = (series([pair[side] for pair in LIVER]) for side in (0, 1))
    finding = judge(Promise("detection", "at_least", 80, figure=figure), said, so)
    assert finding.estimate.effect == pytest.approx(100 * share)
    counts = ("true_positive", "false_positive", "false_negative", "true_negative")
    assert [finding.parameters[name] for name in counts] == [231, 32, 27, 54]


def test_hodges_and_lehmann_of_one_sample():
    """M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods (1973), example 3.1: -0.46."""
    first = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    second = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    assert ranks.middle(second - first) == pytest.approx(-0.46, abs=0.005)


def test_hodges_and_lehmann_of_two_samples():
    """Hollander and Wolfe (1973), example 4.1: -0.305."""
    first = np.array([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46])
    second = np.array([1.15, 0.88, 0.90, 0.74, 1.21])
    assert ranks.shift(first, second) == pytest.approx(-0.305, abs=0.0005)


def test_hedges_g():
    """M. Borenstein and others, Introduction to Meta-Analysis (2009), chapter 4: 0.5924."""
    treated, control = (
        Mean(level, 0.0, 49.0, 0.0, 50.0, 50, spread) for level, spread in ((103.0, 5.5), (100.0, 4.5))
    )
    assert hedges(control, treated, 1.0).value == pytest.approx(0.5924, abs=0.0005)


def test_cohens_h():
    """J. Cohen, Statistical Power Analysis (1988), table 6.2.2: 0.65 is 1.875 and 0.50 is 1.571."""
    assert beside(65, 50).value == pytest.approx(1.875 - 1.571, abs=0.001)
