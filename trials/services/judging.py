"""What the readings say of each claim, by the rule that its plan was locked with."""

from collections.abc import Iterable
from typing import Any

from trials import analysis
from trials.models import Claim, Measurement, Trial


def analyse(trial: Trial) -> None:
    """Judge each claim and keep the finding with what it was made of."""
    results = recompute(trial)
    for claim in trial.claims.all():
        claim.result = results[claim.metric]
        claim.verdict = claim.result["verdict"]
        claim.save(update_fields=["result", "verdict"])


def recompute(trial: Trial) -> dict[str, dict[str, Any]]:
    """The finding on each claim, by metric, from the readings as they stand; the same ones give the same."""
    rule = rule_of(trial)
    return {claim.metric: _finding(trial, claim, rule) for claim in trial.claims.all()}


def _finding(trial: Trial, claim: Claim, rule: str) -> dict[str, Any]:
    rows = _rows(trial, claim.metric)
    beside = _rows(trial, claim.companion) if claim.companion else []
    found = analysis.judge(promise_of(claim, rule), readings_of(rows), readings_of(beside)).to_dict()
    return found | {"flagged": sum(bool(row.flag) for row in (*rows, *beside))}


def _rows(trial: Trial, metric: str) -> list[Measurement]:
    return list(trial.measurements.filter(metric=metric).order_by("at", "pk"))


def rule_of(trial: Trial) -> str:
    """The rule of a plan that is locked, and that of today for one that is not."""
    return trial.rule or (analysis.FIRST if trial.plan_locked_at else analysis.RULE)


def promise_of(claim: Claim, rule: str) -> analysis.Promise:
    return analysis.Promise(
        claim.method, claim.direction, float(claim.target), claim.controls, claim.figure, rule
    )


def readings_of(rows: Iterable[Measurement]) -> list[analysis.Reading]:
    return [analysis.Reading(row.at, row.sensor, row.phase, row.value) for row in rows]


def metrics_of(trial: Trial) -> dict[str, str]:
    """What may be measured, each with the method that reads it: of every claim, its own and its companion."""
    claims = list(trial.claims.values_list("metric", "companion", "method"))
    beside = {companion: method for _metric, companion, method in claims if companion}
    return beside | {metric: method for metric, _companion, method in claims}
