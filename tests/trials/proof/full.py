"""A report with all its sections, beside the older one of sample.py; all of it is invented."""

from dataclasses import fields, replace
from typing import Any

from tests.trials.proof import sample
from trials.proof.payload import Benefit, Bilingual, Claim, FullReport, Pause, Prose, Result, Voices
from trials.proof.signing import sign

BENEFIT = Benefit(
    currency="HKD",
    claim=1,
    per_year="150000",
    unit="kWh",
    price="1.2",
    other_saving="0.00",
    running_cost="6000.00",
    outlay="180000.00",
    saving="62640.00",
    saving_low="57420.00",
    saving_high="67680.00",
    net="56640.00",
    payback_years="3.2",
    basis=Bilingual("Meter readings of 2025 and the tariff of April 2026.", "2025 年錶數及現行電費。"),
)


def acceptance() -> Claim:
    return replace(
        sample.noise(),
        statement=Bilingual("At least 60 % of the occupants would keep it.", "至少 60% 使用者願意保留。"),
        metric=Bilingual("Answers of occupants", "使用者回覆"),
        unit="answers",
        direction="at_least",
        baseline=None,
        target="60",
        target_unit="%",
        result=Result("80", "68.2", "88.2", "95", 60, None),
        verdict="met",
    )


def prose() -> Prose:
    return Prose(
        need=Bilingual("Fans run at full speed all night.", "風機整夜全速運行。"),
        solution=Bilingual("A motor that turns as slowly as the room allows.", "按房間需要減速的摩打。"),
        site=Bilingual("Two office floors, occupied from eight to seven.", "兩層辦公室，日間使用。"),
        results=Bilingual("The saving held in each week.", "每星期均見節省。"),
        incidents=Bilingual("Two controllers stopped after a power cut.", "停電後兩個控制器停機。"),
        voices=Bilingual("Most found it quieter.", "多數使用者覺得較安靜。"),
        benefit=Bilingual("It pays for itself while its warranty lasts.", "保養期內可收回成本。"),
        suits=Bilingual("It suits offices that run at part load.", "適合以部分負荷運行的辦公室。"),
        conditions=Bilingual("Cite it whole.", "請引述全文。"),
    )


def report(**changes: Any) -> FullReport:
    older = {field.name: getattr(sample.report(), field.name) for field in fields(sample.report())}
    more = {
        "schema": "innoportal-report/2",
        "claims": (*sample.report().claims, acceptance()),
        "co_authors": (Bilingual("Example University", "示範大學"),),
        "prose": prose(),
        "pauses": (Pause("2026-05-11", "2026-05-13", Bilingual("The power was cut.", "停電。")),),
        "voices": (Voices(4, (2, 3, 7, 28, 20), "4.02", "3.76", "4.27"),),
        "benefit": BENEFIT,
        "valid_until": "2029-06-30",
    }
    return FullReport(**(older | more | changes))


def envelope(**changes: Any) -> dict[str, Any]:
    return sign(report(**changes).to_dict(), sample.KEY)
