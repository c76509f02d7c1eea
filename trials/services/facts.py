"""The record's figures and names by which prose calls them, each as both languages say it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from trials import models
from trials.analysis import CHANGES
from trials.counted import counted
from trials.plain import number, why
from trials.proof import payload
from trials.proof.labels import word
from trials.proof.payload import Bilingual
from trials.proof.writing import Writer, metric_label
from trials.sentences import joined_in_line
from trials.services.benefits import benefit_of
from trials.services.record import (
    co_authors,
    dates_of,
    pair,
    pauses,
    reason_of_stop,
    sentence_of,
    target_unit,
)

ENGLISH, CHINESE = Writer("en"), Writer("zh-hant")
Facts = dict[str, Bilingual]


def facts(report: models.Report) -> Facts:
    """By name; a figure that the record does not have has no name, so prose that asks for it is refused."""
    trial = report.trial
    claims = list(trial.claims.order_by("position", "pk"))
    found = _names(trial) | _days(trial) | _counts(report, claims) | _money(trial)
    found["validity"] = counted("years", report.valid_years)
    if reason := reason_of_stop(trial):
        found["stop reason"] = Bilingual(reason, reason)
    for place, claim in enumerate(claims, 1):
        found |= {f"claim {place} {name}": said for name, said in _claim(claim).items() if said}
    if benefit := benefit_of(trial, claims):
        found |= _benefit(benefit)
    return found


def _names(trial: models.Trial) -> Facts:
    wish, solution = trial.match.wish, trial.match.solution
    return {
        "solution": pair(solution, "title"),
        "vendor": joined_in_line([pair(solution.organisation, "name"), *co_authors(trial)]),
        "wish": pair(wish, "title"),
        "department": pair(wish.organisation, "name"),
        "venue": pair(trial.venue, "name"),
        "scale": pair(trial, "scale"),
    }


def _days(trial: models.Trial) -> Facts:
    baseline, (first, last) = dates_of(trial)
    found = {
        "started": day(first),
        "ended": day(last),
        "days": counted("days", (last - first).days + 1),
        "pauses": counted("pauses", len(pauses(trial))),
    }
    if baseline:
        found["baseline days"] = counted("days", (baseline[1] - baseline[0]).days + 1)
    return found


def day(on: date) -> Bilingual:
    return Bilingual(ENGLISH.day(on.isoformat()), CHINESE.day(on.isoformat()))


def _counts(report: models.Report, claims: list[models.Claim]) -> Facts:
    verdicts = [claim.verdict for claim in claims]
    log = list(report.trial.log.exclude(kind=models.LogEntry.Kind.NOTE).values_list("kind", "severity"))
    incidents = [severity for kind, severity in log if kind == models.LogEntry.Kind.INCIDENT]
    serious = sum(severity != models.LogEntry.Severity.LOW for severity in incidents)
    found = {
        "verdict": verdict(report.verdict),
        "claims": counted("claims", len(claims)),
        "incidents": counted("incidents", len(incidents)),
        "serious incidents": counted("serious", serious),
        "deviations": counted("deviations", len(log) - len(incidents)),
        "readings": plain_number(sum(claim.result.get("readings", 0) for claim in claims)),
        "flagged readings": plain_number(sum(claim.result.get("flagged", 0) for claim in claims)),
    }
    for value in models.Claim.Verdict.values:
        found[value.replace("_", " ")] = plain_number(verdicts.count(value))
    return found


def verdict(value: str) -> Bilingual:
    return Bilingual(word(value, "en").lower(), word(value, "zh-hant"))


def plain_number(value: int) -> Bilingual:
    return Bilingual(f"{value:,}", f"{value:,}")


def _claim(claim: models.Claim) -> dict[str, Bilingual]:
    """What may be said of one claim; without a result only what was promised, and why there is none."""
    unit, target = target_unit(claim), number(float(claim.target))
    name = metric_label(Bilingual(claim.metric, claim.metric))
    found = {
        "statement": unended(pair(claim, "statement")),
        "metric": Bilingual(
            name.en[:1].lower() + name.en[1:] if name.en[1:2].islower() else name.en, name.zh
        ),
        "target": _promise(claim, target, unit),
        "verdict": verdict(claim.verdict) if claim.verdict else Bilingual(),
        "why": why(claim.result) if claim.result else Bilingual(),
    }
    if estimate := claim.result.get("estimate"):
        found |= _estimate(claim, estimate, unit, target)
    return found


def unended(text: Bilingual) -> Bilingual:
    """Without its full stop, to stand inside a sentence."""
    return Bilingual(text.en.rstrip("."), text.zh.rstrip("。"))


def _promise(claim: models.Claim, target: str, unit: str) -> Bilingual:
    most = claim.direction == models.Claim.Direction.AT_MOST
    said = amount(target, unit)
    return Bilingual(f"{said.en} or {'less' if most else 'more'}", f"{said.zh} 或以{'下' if most else '上'}")


def _estimate(claim: models.Claim, estimate: dict[str, Any], unit: str, target: str) -> dict[str, Bilingual]:
    effect, low, high = (number(estimate[name]) for name in ("effect", "low", "high"))
    measured = claim.result
    confidence = str(measured["confidence"])
    ends = (brief(low, unit, target), brief(high, unit, target))
    shown = (ENGLISH.brief(low, beside=target), CHINESE.brief(low, beside=target))
    found = {
        "effect": brief(effect, unit, target),
        "low": ends[0],
        "high": ends[1],
        "interval": Bilingual(
            f"{confidence}\u00a0% interval {shown[0]} to {ends[1].en}",
            f"{confidence}% 置信區間為 {shown[1]} 至 {ends[1].zh}",
        ),
        "readings": plain_number(measured["readings"]),
        "result": sentence_of(claim),
    }
    if claim.method in CHANGES:
        found["change"] = brief(effect.removeprefix("-"), unit)
        found["baseline"] = brief(number(estimate["baseline_mean"]), claim.unit)
    mean = measured.get("parameters", {}).get("mean")
    if mean and claim.method == models.Claim.Method.ACCEPTANCE:
        found["mean answer"] = brief(number(mean[0]), "")
    return found


def amount(text: str, unit: str) -> Bilingual:
    """As promised or entered: all digits."""
    return Bilingual(ENGLISH.number(text, unit), _close(CHINESE.number(text, unit)))


def brief(text: str, unit: str, beside: str | None = None) -> Bilingual:
    """As computed: the digits that people read."""
    return Bilingual(ENGLISH.brief(text, unit, beside), _close(CHINESE.brief(text, unit, beside)))


def _close(text: str) -> str:
    return text.replace("\u00a0%", "%")


def _money(trial: models.Trial) -> Facts:
    """Planned and spent in all, as the report's table comes to."""
    planned = trial.budgetlines.aggregate(all=Sum("planned"))["all"]
    planned = trial.budget_planned if planned is None else planned
    amounts = {"planned cost": planned, "trial cost": trial.budget_spent}
    return {name: dollars(value) for name, value in amounts.items() if value is not None}


def dollars(value: Decimal | str) -> Bilingual:
    said = ENGLISH.number(f"{Decimal(value):.0f}")
    return Bilingual(f"HK${said}", f"{said} 港元")


def _benefit(benefit: payload.Benefit) -> Facts:
    money = {
        "outlay": benefit.outlay,
        "running cost": benefit.running_cost,
        "yearly saving": benefit.saving,
        "yearly saving at least": benefit.saving_low,
        "yearly saving at most": benefit.saving_high,
        "net saving": benefit.net,
    }
    found = {name: dollars(value) for name, value in money.items() if value is not None}
    if benefit.per_year is not None and benefit.price is not None:
        found["yearly use"] = amount(benefit.per_year, benefit.unit)
        found["price"] = Bilingual(f"HK${benefit.price}", f"{benefit.price} 港元")
    if benefit.payback_years is not None:
        found["payback"] = counted("payback", benefit.payback_years)
    return found
