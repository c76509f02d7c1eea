"""Shares of cases with Wilson's interval (1927); beside it the exact one of Clopper and Pearson (1934)."""

from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

from trials.analysis.values import CONFIDENCE, Estimate, Robust, Size


def wilson(successes: float, cases: float) -> Estimate:
    """In per cent; `cases` may be fewer than were counted when they are alike."""
    low, high = proportion_confint(successes, cases, alpha=1 - CONFIDENCE / 100, method="wilson")
    share = 100.0 * successes / cases
    return Estimate(share, 100.0 * float(low), 100.0 * float(high), None, share)


def exact(successes: float, cases: float) -> Robust:
    low, high = proportion_confint(successes, cases, alpha=1 - CONFIDENCE / 100, method="beta")
    return Robust("clopper_pearson", 100.0 * successes / cases, 100.0 * float(low), 100.0 * float(high))


def beside(share: float, target: float) -> Size:
    """Cohen's h between the share and the one that was promised, both in per cent."""
    return Size("cohen_h", float(proportion_effectsize(share / 100, target / 100)))
