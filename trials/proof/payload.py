"""What a report says: the fields that are signed, and nothing else is printed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from trials.proof.figures import figures
from trials.proof.parts import (
    Amendment,
    Benefit,
    Bilingual,
    Changed,
    Claim,
    Correction,
    Deviation,
    FundedMoney,
    Incident,
    Issuer,
    Money,
    Party,
    Pause,
    Period,
    Plan,
    Point,
    Prose,
    ReportReference,
    Result,
    Series,
    SolutionOf,
    TrialOf,
    Verdict,
    Verifier,
    Voices,
    WishOf,
)
from trials.proof.shape import Day, Hash, Misfit, Moment, plain, read
from trials.proof.worth import Terms, worth

__all__ = [
    "AMENDED",
    "FIRST",
    "FULL",
    "SCHEMA",
    "AmendedReport",
    "Amendment",
    "Benefit",
    "Bilingual",
    "Changed",
    "Claim",
    "Correction",
    "Deviation",
    "FullReport",
    "FundedMoney",
    "FundedReport",
    "Incident",
    "Issuer",
    "Money",
    "Party",
    "Pause",
    "Period",
    "Plan",
    "Point",
    "Prose",
    "Report",
    "ReportReference",
    "Result",
    "Series",
    "SolutionOf",
    "TrialOf",
    "Verdict",
    "Verifier",
    "Voices",
    "WishOf",
]

FIRST = "innoportal-report/1"  # of reports signed before they had all their sections; they stay as they are
FULL = "innoportal-report/2"  # of those signed before their money named its scheme
SCHEMA = "innoportal-report/3"
AMENDED = "innoportal-report/4"  # of versions that correct the record; all others stay as they were


@dataclass(frozen=True)
class Report:
    """``previous_hash`` is that of the report published before, whatever it is about; None for the first."""

    schema: Literal[
        "innoportal-report/1", "innoportal-report/2", "innoportal-report/3", "innoportal-report/4"
    ]
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
        """Of whichever schema it says it is of: what was signed is read as it was then.

        :raises Misfit: naming the first field that does not fit.
        """
        report: Report = read(_kind_of(values), values)
        _coherent(report)
        return report


@dataclass(frozen=True)
class FullReport(Report):
    """With all sections of a report, the figures behind cost and benefit, and how long it may be cited."""

    schema: Literal["innoportal-report/2", "innoportal-report/3", "innoportal-report/4"]
    co_authors: tuple[Bilingual, ...]
    prose: Prose
    pauses: tuple[Pause, ...]
    voices: tuple[Voices, ...]
    benefit: Benefit | None
    valid_until: Day


@dataclass(frozen=True)
class FundedReport(FullReport):
    """Whose money is told by financial year and by the scheme that it comes from."""

    schema: Literal["innoportal-report/3", "innoportal-report/4"]
    money: tuple[FundedMoney, ...]


@dataclass(frozen=True)
class AmendedReport(FundedReport):
    """Of a version whose record was corrected: by what, and which figures it changed."""

    schema: Literal["innoportal-report/4"]
    amendments: tuple[Amendment, ...]
    changed: tuple[Changed, ...]


KINDS: dict[str, type[Report]] = {
    FIRST: Report,
    FULL: FullReport,
    SCHEMA: FundedReport,
    AMENDED: AmendedReport,
}


def _kind_of(values: Any) -> type[Report]:
    schema = values.get("schema") if isinstance(values, dict) else FIRST
    if isinstance(schema, str) and schema not in KINDS:
        raise Misfit(f"schema: {schema[:60]!r} is none of {', '.join(KINDS)}")
    return KINDS.get(schema, Report) if isinstance(schema, str) else Report


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
    if isinstance(report, FullReport):
        _coherent_sections(report)
    if isinstance(report, AmendedReport):
        _coherent_changes(report)


def _coherent_changes(report: AmendedReport) -> None:
    """What it says to have become of a figure is the figure that it signs."""
    if not report.amendments:
        raise Misfit("amendments: a report of this schema names at least one")
    for index, one in enumerate(report.amendments):
        if one.agreed_on < one.asked_on:
            raise Misfit(f"amendments[{index}].agreed_on: before it was asked for")
    now = figures(report)
    for index, change in enumerate(report.changed):
        if now.get(change.field) != change.now:
            raise Misfit(f"changed[{index}].now: is not what this version says")
        if change.was == change.now:
            raise Misfit(f"changed[{index}]: nothing changed")


def _coherent_sections(report: FullReport) -> None:
    if report.valid_until <= report.published_at[:10]:
        raise Misfit("valid_until: not after the day of publication")
    for index, pause in enumerate(report.pauses):
        if pause.until is not None and pause.until < pause.began:
            raise Misfit(f"pauses[{index}].until: before it began")
    for index, voices in enumerate(report.voices):
        if len(voices.counts) != 5 or min(voices.counts) < 0:
            raise Misfit(f"voices[{index}].counts: one count for each answer from 1 to 5")
        if not 1 <= voices.claim <= len(report.claims):
            raise Misfit(f"voices[{index}].claim: no such claim")
    if report.benefit:
        _coherent_benefit(report.benefit, report.claims)


def _coherent_benefit(benefit: Benefit, claims: tuple[Claim, ...]) -> None:
    """The money is that of the signed effect, so that nobody can sign a saving that was not measured."""
    if benefit.claim is not None and not 1 <= benefit.claim <= len(claims):
        raise Misfit("benefit.claim: no such claim")
    result = claims[benefit.claim - 1].result if benefit.claim else None
    entered = [Decimal(value) for value in (benefit.other_saving, benefit.running_cost, benefit.outlay)]
    terms = Terms(amount(benefit.per_year), amount(benefit.price), *entered)
    figures = (result.effect, result.low, result.high) if result else (None, None, None)
    found = worth(terms, *(amount(value) for value in figures))
    for name, value in (
        ("saving", found.saving),
        ("saving_low", found.low),
        ("saving_high", found.high),
        ("net", found.net),
        ("payback_years", found.payback_years),
    ):
        if amount(getattr(benefit, name)) != value:
            raise Misfit(f"benefit.{name}: is not what the figures beside it come to")


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


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
