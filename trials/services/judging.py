"""What the readings say of each claim, by the rule that its plan was locked with."""

from collections.abc import Callable
from typing import Any

from django.db.models.functions import Collate

from trials import analysis
from trials.models import Claim, Trial
from trials.services.as_read import as_read

BATCH = 5000
Results = dict[str, dict[str, Any]]


def analyse(trial: Trial) -> None:
    """Judge each claim and keep the finding with what it was made of."""
    keep(trial, recompute(trial))


def keep(trial: Trial, results: Results) -> None:
    for claim in trial.claims.all():
        claim.result = results[claim.metric]
        claim.verdict = claim.result["verdict"]
        claim.save(update_fields=["result", "verdict"])


def recompute(trial: Trial, *, told: Callable[[int], None] | None = None) -> Results:
    """The finding on each claim, by metric, from the readings as they stand; the same ones give the same.

    `told` hears after each claim how many are done.
    """
    rule, found = rule_of(trial), {}
    for claim in trial.claims.order_by("position", "pk"):
        found[claim.metric] = _finding(trial, claim, rule)
        if told:
            told(len(found))
    return found


def _finding(trial: Trial, claim: Claim, rule: str) -> dict[str, Any]:
    rows = readings_of(trial, claim.metric)
    beside = readings_of(trial, claim.companion) if claim.companion else []
    metrics = [claim.metric, *([claim.companion] if claim.companion else [])]
    flagged = as_read(trial, metrics).exclude(flag="").count()
    return analysis.judge(promise_of(claim, rule), rows, beside).to_dict() | {"flagged": flagged}


def readings_of(trial: Trial, metric: str) -> analysis.Columns:
    """As corrections leave them, in the order of time; in columns, as a trial may have millions."""
    rows = as_read(trial, [metric]).order_by("at", Collate("sensor", "C"))
    told = rows.values_list("at", "sensor", "phase", "read").iterator(chunk_size=BATCH)
    return analysis.Columns.read(analysis.Reading(*row) for row in told)


def rule_of(trial: Trial) -> str:
    """The rule of a plan that is locked, and that of today for one that is not."""
    return trial.rule or (analysis.FIRST if trial.plan_locked_at else analysis.RULE)


def sentence_of_rule(rule: str) -> str:
    """What a plan and its report print of the rule, by its name in `trials/sentences.py`."""
    return {analysis.FIRST: "rule", analysis.SECOND: "rule/2"}.get(rule, "rule/3")


def promise_of(claim: Claim, rule: str) -> analysis.Promise:
    return analysis.Promise(
        claim.method, claim.direction, float(claim.target), claim.controls, claim.figure, rule
    )


def metrics_of(trial: Trial) -> dict[str, str]:
    """What may be measured, each with the method that reads it: of every claim, its own and its companion."""
    claims = list(trial.claims.values_list("metric", "companion", "method"))
    beside = {companion: method for _metric, companion, method in claims if companion}
    return beside | {metric: method for metric, _companion, method in claims}
