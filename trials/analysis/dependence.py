"""Readings that follow each other are alike; this says how much a mean of them is worth.

The rule, fixed before any data:

1. The likeness of neighbours is their first autocorrelation, corrected for its bias (Kendall 1954) and held
   between -0.5 and 0.97.
2. By it, n readings are worth n (1 - r) / (1 + r) independent ones.
3. The error of the mean is the larger of two: that of so many independent readings, and Newey and West's over
   the readings prewhitened by r (Andrews and Monahan 1992) with a lag of 4 (n / 100)^(2/9).
4. Intervals reach Student's quantile with that many readings less one as degrees of freedom; where several
   means make up the effect, by Welch and Satterthwaite.

Resampling takes whole blocks, of the length that Carlstein (1986) derives for that autocorrelation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.stattools import acf

from trials.analysis.values import CONFIDENCE, DRAWS, SEED

ALIKE = (-0.5, 0.97)
TAIL = 0.5 + CONFIDENCE / 200

Values = np.ndarray


@dataclass(frozen=True)
class Mean:
    """`worth`: how many independent readings would tell as much."""

    value: float
    error: float
    freedom: float
    likeness: float
    worth: float
    count: int
    spread: float


def mean_of(values: Sequence[float] | Values) -> Mean:
    """The mean of readings in time order, with the error that their likeness leaves it."""
    series = np.asarray(values, dtype=float)
    count, middle = len(series), float(np.mean(series))
    apart = series - middle
    square = float(apart @ apart) / count
    if count < 3 or square <= 1e-24 * middle**2:
        return Mean(middle, 0.0, max(1.0, count - 1.0), 0.0, float(count), count, 0.0)
    alike = likeness(apart)
    worth = max(2.5, count * (1 - alike) / (1 + alike))
    error = math.sqrt(max(square / (worth - 1), _newey_west(apart, alike)))
    freedom = max(1.5, min(worth, count) - 1)
    spread = math.sqrt(square * count / (count - 1))
    return Mean(middle, error, freedom, alike, worth, count, spread)


def likeness(apart: Values) -> float:
    """The first autocorrelation of deviations, without the bias of a short series."""
    count = len(apart)
    if count < 6:
        return 0.0
    found = float(acf(apart, nlags=1, fft=False)[1])
    return min(ALIKE[1], max(ALIKE[0], (count * found + 1) / (count - 4)))


def _newey_west(apart: Values, alike: float) -> float:
    """The variance of the mean, whitened before it is summed over the lags and coloured again after."""
    white = apart[1:] - alike * apart[:-1]
    count = len(white)
    fit = OLS(white, np.ones((count, 1))).fit(
        cov_type="HAC", cov_kwds={"maxlags": lag_of(count), "use_correction": True}
    )
    return float(np.asarray(fit.cov_params())[0, 0]) / (1 - alike) ** 2


def lag_of(count: int) -> int:
    return max(1, min(count - 2, int(4 * (count / 100) ** (2 / 9))))


def reach(parts: Sequence[tuple[float, Mean]]) -> float:
    """Half of the interval of a sum of independent means, each with its slope."""
    shares = [(slope * mean.error) ** 2 for slope, mean in parts]
    whole = sum(shares)
    if whole <= 0:
        return 0.0
    freedom = whole**2 / sum(
        share**2 / mean.freedom for share, (_slope, mean) in zip(shares, parts, strict=True)
    )
    return math.sqrt(whole) * float(student.ppf(TAIL, freedom))


def block_of(values: Sequence[float] | Values) -> int:
    """How many readings in a row are drawn together."""
    series = np.asarray(values, dtype=float)
    count = len(series)
    alike = max(0.0, likeness(series - series.mean())) if np.ptp(series) else 0.0
    length = (2 * alike / (1 - alike**2)) ** (2 / 3) * count ** (1 / 3)
    return int(max(1, min(math.ceil(length), count // 3 or 1)))


def drawn(count: int, block: int, random: np.random.Generator, draws: int = DRAWS) -> Values:
    """The places of each resampled series: circular blocks (Politis and Romano 1992)."""
    starts = random.integers(count, size=(draws, math.ceil(count / block)))
    places = (starts[:, :, None] + np.arange(block)) % count
    return places.reshape(draws, -1)[:, :count]


def chance() -> np.random.Generator:
    return np.random.default_rng(SEED)


def between(values: Values) -> tuple[float, float]:
    """The middle 95 % of what resampling gave."""
    low, high = np.quantile(values, [1 - TAIL, TAIL])
    return float(low), float(high)
