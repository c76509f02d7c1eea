"""The parts of a signed report; nothing else is printed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from trials.proof.shape import Day, Hash, Moment, Number, pattern

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
class FundedMoney(Money):
    """Of one financial year and one source; an empty scheme is the department's own money."""

    scheme: str
    reference: str


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
class Amendment:
    """A correction of the record in effect: asked for by who ran the trial, agreed to by a verifier."""

    kind: Literal["exclude", "scale", "money", "incident"]
    what: Bilingual
    reason: Bilingual
    asked_by: Literal["engineer", "office"]
    asked_on: Day
    agreed_by: Bilingual
    agreed_on: Day


@dataclass(frozen=True)
class Changed:
    """A figure by its path in the payload, as the version before signed it and as this one does.

    None where a version has no such figure. Of incidents and deviations it is their number.
    """

    field: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class Prose:
    """What people wrote around the figures; where the draft named one, it stands here as it was then."""

    need: Bilingual
    solution: Bilingual
    site: Bilingual
    results: Bilingual
    incidents: Bilingual
    voices: Bilingual
    benefit: Bilingual
    suits: Bilingual
    conditions: Bilingual


@dataclass(frozen=True)
class Pause:
    """Days on which the solution did not run; ``until`` is None where it was not taken up again."""

    began: Day
    until: Day | None
    reason: Bilingual


@dataclass(frozen=True)
class Voices:
    """Answers from 1 to 5 to one claim; ``counts`` has how often each was given, from 1 up."""

    claim: int
    counts: tuple[int, ...]
    mean: Number
    low: Number
    high: Number


@dataclass(frozen=True)
class Benefit:
    """Money of a year. ``per_year`` is what the claim's metric comes to in a year without the solution, in
    ``unit``; ``price`` that of one unit. What was not measured stands in ``other_saving`` and in ``basis``.
    """

    currency: Annotated[str, pattern(r"[A-Z]{3}", "a currency code")]
    claim: int | None
    per_year: Number | None
    unit: str
    price: Number | None
    other_saving: Number
    running_cost: Number
    outlay: Number
    saving: Number
    saving_low: Number | None
    saving_high: Number | None
    net: Number
    payback_years: Number | None
    basis: Bilingual
