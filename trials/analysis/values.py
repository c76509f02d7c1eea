"""What an analysis takes and gives: frozen values, without a rule in them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

FIRST = "innoportal-verdict/1"  # plans locked before the methods had modules of their own
SECOND = "innoportal-verdict/2"  # plans locked before sensors that keep no common time were brought together
RULE = "innoportal-verdict/3"
ENOUGH = 10
CONFIDENCE = 95
SEED = 20260301  # of every resampling, so that recomputing gives the same numbers
DRAWS = 1000
LIBRARIES = ("numpy", "scipy", "statsmodels")

MET, PARTLY, NOT_MET, INCONCLUSIVE = "met", "partly_met", "not_met", "inconclusive"


@dataclass(frozen=True, slots=True)
class Reading:
    at: datetime
    sensor: str
    phase: str  # "baseline" or "trial"
    value: float


@dataclass(frozen=True)
class Promise:
    """`target`: per cent of the baseline for a change, of the cases for a share; else in the unit.

    `control` names the sensors of the group without the solution, `figure` which accuracy was promised.
    """

    method: str
    direction: str
    target: float
    control: frozenset[str] = frozenset()
    figure: str = ""
    rule: str = RULE

    @property
    def falls(self) -> bool:
        return self.direction == "decrease"


@dataclass(frozen=True)
class Estimate:
    """`effect` counts in the promised direction for a change: 18 means 18 % less where less was promised."""

    effect: float
    low: float
    high: float
    baseline_mean: float | None = None
    trial_mean: float | None = None


@dataclass(frozen=True)
class Robust:
    """The same effect by a way that outliers, or the shape of the distribution, move less."""

    name: str
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Size:
    """The effect beside the spread of what was measured, without a unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Analysed:
    """What a method found in the readings. With `refused` the estimate, if any, decides nothing."""

    n_baseline: int
    n_trial: int
    estimate: Estimate | None = None
    size: Size | None = None
    robust: Robust | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""  # the name of a sentence in trials/sentences.py


@dataclass(frozen=True)
class Finding:
    verdict: str
    why: str  # the name of a sentence in trials/sentences.py
    n_baseline: int
    n_trial: int
    readings: int
    estimate: Estimate | None
    data_hash: str
    method: str
    size: Size | None = None
    robust: Robust | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    confidence: int = CONFIDENCE
    rule: str = RULE

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"libraries": {name: version(name) for name in LIBRARIES}}


def rounded(value: Any) -> Any:
    """To ten significant digits, however deep: the last bits differ between processors."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, Mapping):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, Estimate | Robust | Size):
        return replace(value, **rounded(asdict(value)))
    return value
