"""What a full report shows beside the claims: its prose, pauses, answers, and money of a year.

Of a report signed before there were these, nothing of it is shown.
"""

from typing import Any

from trials.proof import amended
from trials.proof.payload import (
    AmendedReport,
    Benefit,
    Bilingual,
    FullReport,
    FundedMoney,
    Money,
    Report,
    Voices,
)
from trials.proof.writing import Writer, printable

Rows = list[list[str]]


def source(money: Money) -> str:
    """The financial year; where another than the department paid, also the scheme and its reference."""
    if not isinstance(money, FundedMoney) or not (money.scheme or money.reference):
        return money.year
    named = f"{money.scheme} ({money.reference})" if money.scheme and money.reference else money.scheme
    return f"{money.year} · {named or money.reference}"


def co_authors(report: Report) -> tuple[Bilingual, ...]:
    return report.co_authors if isinstance(report, FullReport) else ()


def content(write: Writer, report: Report) -> dict[str, Any]:
    """For the pages of the PDF: texts as the writer gives them, tables as rows of what stands in them."""
    is_full = isinstance(report, FullReport)
    prose = report.prose if isinstance(report, FullReport) else None
    return {
        "full": is_full,
        "prose": {name: write.text(text) for name, text in vars(prose).items()} if prose else {},
        **tables(write, report),
    }


def corrected(write: Writer, report: Report) -> dict[str, Any] | None:
    """The corrections of the record that made this version, and the figures before and after."""
    if not isinstance(report, AmendedReport) or report.corrects is None:
        return None
    return {
        "head": [
            write.say("figure"),
            write.say("version_before", version=report.corrects.version),
            write.say("this_version"),
        ],
        "rows": [[printable(cell) for cell in row] for row in amended.rows(write, report)],
        "made": [
            {
                "what": write.text(one.what),
                "reason": write.text(one.reason),
                "who": write.say(
                    "asked_and_agreed",
                    who=write.say(f"by_{one.asked_by}"),
                    asked=write.day(one.asked_on),
                    by=write.flat(one.agreed_by),
                    agreed=write.day(one.agreed_on),
                ),
            }
            for one in report.amendments
        ],
    }


def tables(write: Writer, report: Report) -> dict[str, Any]:
    """What both the page and the PDF set in rows; empty where there is nothing of it."""
    if not isinstance(report, FullReport):
        return {
            "pauses": [],
            "voices": [],
            "benefit": [],
            "basis": None,
            "basis_label": "",
            "valid_until": "",
        }
    return {
        "pauses": [
            {"on": write.days(one.began, one.until) or write.day(one.began), "text": write.text(one.reason)}
            for one in report.pauses
        ],
        "voices": [_voices(write, one) for one in report.voices],
        "benefit": _benefit(write, report.benefit) if report.benefit else [],
        "basis": write.text(report.benefit.basis) if report.benefit else None,
        "basis_label": write.say("basis"),
        "valid_until": write.day(report.valid_until),
    }


def _voices(write: Writer, voices: Voices) -> dict[str, Any]:
    """How many gave each answer, from five down, and the mean with its interval."""
    total = sum(voices.counts) or 1
    return {
        "claim": voices.claim,
        "title": write.say("answers_to", number=voices.claim),
        "head": [write.say("answer_head"), write.say("answers"), write.say("share")],
        "rows": [
            [write.say("answer", number=answer), f"{count:,}", f"{100 * count / total:.0f}\u00a0%"]
            for answer, count in reversed(list(enumerate(voices.counts, 1)))
        ],
        "mean": write.say(
            "mean_answer",
            mean=write.brief(voices.mean),
            low=write.brief(voices.low),
            high=write.brief(voices.high),
            n=f"{sum(voices.counts):,}",
        ),
    }


def _benefit(write: Writer, benefit: Benefit) -> Rows:
    """Label and amount, each that was entered or comes from it."""

    def money(text: str) -> str:
        return write.money(benefit.currency, text)

    found: Rows = []
    if benefit.per_year is not None and benefit.price is not None:
        found += [
            [write.say("per_year", number=benefit.claim), write.number(benefit.per_year, benefit.unit)],
            [write.say("unit_price"), money(benefit.price)],
        ]
    if float(benefit.other_saving):
        found.append([write.say("other_saving"), money(benefit.other_saving)])
    found.append([write.say("yearly_saving"), money(benefit.saving)])
    if benefit.saving_low is not None and benefit.saving_high is not None:
        ends = f"{money(benefit.saving_low)} – {write.number(benefit.saving_high.removesuffix('.00'))}"
        found.append([write.say("saving_interval"), ends])
    found += [
        [write.say("running_cost"), money(benefit.running_cost)],
        [write.say("net_saving"), money(benefit.net)],
        [write.say("outlay"), money(benefit.outlay)],
    ]
    years = benefit.payback_years
    said = write.say("no_payback") if years is None else write.say("years", number=write.brief(years))
    found.append([write.say("payback"), said])
    return found
