"""What a report says: the fields that are signed, and nothing else is printed."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from trials.proof.shape import Day, Hash, Misfit, Moment, Number, pattern, plain, read

SCHEMA = "innoportal-report/1"

Verdict = Literal["met", "partly_met", "not_met", "inconclusive", "stopped"]


ReportReference = Annotated[str, pattern(r"R-\d{4}-\d{4,}", "a reference such as R-2026-0009")]
TrialReference = Annotated[str, pattern(r"T-\d{4}-\d{4,}", "a reference such as T-2026-0009")]
WishReference = Annotated[str, pattern(r"W-\d{4}-\d{4,}", "a reference such as W-2026-0042")]
SolutionReference = Annotated[str, pattern(r"S-\d{4}-\d{4,}", "a reference such as S-2026-0107")]


@dataclass(frozen=True)
class Bilingual:
    """As people wrote it; either may be empty. Simplified Chinese is derived from `zh`, never signed."""

    en: str = ""
    zh: str = ""

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)


@dataclass(frozen=True)
class Issuer:
    name: Bilingual
    url: str  # where the keys and the verification pages are; "" when not known at signing


@dataclass(frozen=True)
class TrialOf:
    reference: TrialReference
    title: Bilingual
    kind: Literal["prototype", "pilot", "replication"]
    scale: Bilingual


@dataclass(frozen=True)
class WishOf:
    reference: WishReference
    title: Bilingual


@dataclass(frozen=True)
class SolutionOf:
    reference: SolutionReference
    title: Bilingual


@dataclass(frozen=True)
class Party:
    role: Literal["department", "vendor", "venue_owner", "partner"]
    name: Bilingual


@dataclass(frozen=True)
class Period:
    baseline_from: Day | None
    baseline_until: Day | None
    started_on: Day
    ended_on: Day


@dataclass(frozen=True)
class Plan:
    """The hash is that of the locked plan, which the journal holds too."""

    hash: Hash
    locked_at: Moment
    method: Bilingual
    stop_rules: Bilingual


@dataclass(frozen=True)
class Result:
    """The effect and its interval, in the claim's own unit; ``confidence`` in per cent."""

    effect: Number
    low: Number | None
    high: Number | None
    confidence: Number | None
    n: int
    p: Number | None


@dataclass(frozen=True)
class Claim:
    """``unit`` is the baseline's; ``target_unit`` that of target and effect, often a per cent of it."""

    statement: Bilingual
    metric: Bilingual
    unit: str
    direction: Literal["increase", "decrease", "at_least", "at_most"]
    baseline: Number | None
    target: Number
    target_unit: str
    method: Bilingual
    result: Result | None
    verdict: Verdict
    reason: Bilingual


@dataclass(frozen=True)
class Point:
    at: Moment
    value: Number


@dataclass(frozen=True)
class Series:
    """One metric as charted; thinned for the page, while the analysis used every measurement."""

    metric: Bilingual
    unit: str
    baseline: tuple[Point, ...]
    trial: tuple[Point, ...]
    baseline_level: Number | None
    target_level: Number | None
    measurements: int


@dataclass(frozen=True)
class Deviation:
    on: Day
    text: Bilingual


@dataclass(frozen=True)
class Incident:
    on: Day
    severity: Literal["minor", "serious"]
    text: Bilingual


@dataclass(frozen=True)
class Money:
    year: Annotated[str, pattern(r"\d{4}-\d{2}", "a financial year such as 2026-27")]
    currency: Annotated[str, pattern(r"[A-Z]{3}", "a currency code")]
    budget: Number
    spent: Number


@dataclass(frozen=True)
class Verifier:
    name: Bilingual
    organisation: Bilingual
    statement: Bilingual
    interests: Bilingual
    signed_at: Moment


@dataclass(frozen=True)
class Correction:
    """Names the version that this one replaces, which stays published."""

    version: int
    hash: Hash
    reason: Bilingual


@dataclass(frozen=True)
class Report:
    """``previous_hash`` is that of the report published before, whatever it is about; None for the first."""

    schema: Literal["innoportal-report/1"]
    reference: ReportReference
    version: int
    demonstration: bool
    issuer: Issuer
    trial: TrialOf
    wish: WishOf
    solution: SolutionOf
    organisations: tuple[Party, ...]
    venues: tuple[Bilingual, ...]
    dates: Period
    plan: Plan
    verdict: Verdict
    summary: Bilingual
    claims: tuple[Claim, ...]
    series: tuple[Series, ...]
    deviations: tuple[Deviation, ...]
    incidents: tuple[Incident, ...]
    money: tuple[Money, ...]
    vendor_comment: Bilingual
    verifier: Verifier
    limits: Bilingual
    published_at: Moment
    previous_hash: Hash | None
    corrects: Correction | None

    def to_dict(self) -> dict[str, Any]:
        """The payload to sign; every field is written, empty or not, so that leaving one out is seen.

        :raises Misfit: when a field does not fit, as reading it back would.
        """
        values = plain(self)
        Report.from_dict(values)
        return values

    @classmethod
    def from_dict(cls, values: Any) -> "Report":
        """
        :raises Misfit: naming the first field that does not fit.
        """
        report = read(cls, values)
        _coherent(report)
        return report


def _coherent(report: Report) -> None:
    """What the fields must hold together."""
    if report.version < 1:
        raise Misfit("version: counts from 1")
    if (report.corrects is not None) != (report.version > 1):
        raise Misfit("corrects: a later version names the one it corrects, and a first version none")
    if report.corrects and not 1 <= report.corrects.version < report.version:
        raise Misfit("corrects.version: must be an earlier version")
    if not report.claims:
        raise Misfit("claims: a report has at least one")
    if report.dates.ended_on < report.dates.started_on:
        raise Misfit("dates.ended_on: before the start")
    if not (report.trial.title and report.solution.title and report.wish.title):
        raise Misfit("title: trial, wish and solution each need a title")
    for index, claim in enumerate(report.claims):
        _coherent_claim(f"claims[{index}]", claim)


def _coherent_claim(where: str, claim: Claim) -> None:
    if not claim.statement:
        raise Misfit(f"{where}.statement: is empty in both languages")
    if claim.result is None and claim.verdict not in ("inconclusive", "stopped"):
        raise Misfit(f"{where}.verdict: {claim.verdict} without a result")
    result = claim.result
    if result and (result.low is None) != (result.high is None):
        raise Misfit(f"{where}.result: an interval has two ends")
    if (
        result
        and result.low is not None
        and result.high is not None
        and float(result.low) > float(result.high)
    ):
        raise Misfit(f"{where}.result.low: above the high end")
    if result and result.n < 0:
        raise Misfit(f"{where}.result.n: is negative")
