"""What the record says of a trial, as its report will: the fields of the payload that rest on the rows alone.

Both signatures stand for them: the first for their fingerprint, the second for the payload that has them.
"""

from datetime import datetime
from typing import Any, Literal, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import Entry
from trials import models, plain
from trials.analysis import CHANGES
from trials.plain import number
from trials.proof import payload
from trials.proof.payload import Bilingual
from trials.sentences import both, joined
from trials.services.amended import amendments_behind
from trials.services.benefits import benefit_of
from trials.services.facts import day, facts
from trials.services.judging import rule_of, sentence_of_rule
from trials.services.prose import told
from trials.services.record import (
    co_authors,
    dates_of,
    departed,
    money,
    pair,
    pauses,
    sentence_of,
    target_unit,
    voices,
)
from trials.services.signing import SIDES, signatures

SEVERITY: dict[str, Literal["minor", "serious"]] = {"low": "minor", "medium": "serious", "high": "serious"}


def contents(report: models.Report) -> dict[str, Any]:
    """By the field of the payload, with the figures that stand now.

    :raises ValidationError: the plan was never locked.
    """
    trial = report.trial
    claims = list(trial.claims.order_by("position", "pk"))
    known = facts(report)
    amendments = amendments_behind(report)
    prose = {section: told(report, section, known) for section in models.SECTIONS}
    return {
        "version": report.version,
        **_subjects(trial),
        "organisations": _organisations(trial),
        "venues": (pair(trial.venue, "name"),),
        "dates": _period(trial),
        "plan": _plan(trial),
        "verdict": cast("payload.Verdict", report.verdict),
        "summary": prose.pop("summary"),
        "claims": tuple(_claim(claim) for claim in claims),
        **_log(trial),
        "money": money(trial),
        "limits": prose.pop("limits"),
        "co_authors": co_authors(trial),
        "prose": payload.Prose(**prose),
        "pauses": pauses(trial),
        "voices": voices(trial, claims),
        "benefit": benefit_of(trial, claims),
        **({"amendments": amendments} if amendments else {}),
    }


def moment(at: datetime | None) -> str:
    if at is None:
        raise ValidationError(_("The plan was never locked, so there is nothing to report."))
    return timezone.localtime(at).isoformat(timespec="microseconds" if at.microsecond else "seconds")


def _subjects(trial: models.Trial) -> dict[str, Any]:
    wish, solution = trial.match.wish, trial.match.solution
    return {
        "trial": payload.TrialOf(
            trial.slug, pair(solution, "title"), cast("Any", trial.kind), pair(trial, "scale")
        ),
        "wish": payload.WishOf(wish.slug, pair(wish, "title")),
        "solution": payload.SolutionOf(solution.slug, pair(solution, "title")),
    }


def _organisations(trial: models.Trial) -> tuple[payload.Party, ...]:
    department, vendor = trial.match.wish.organisation, trial.match.solution.organisation
    found = [
        payload.Party("department", pair(department, "name")),
        payload.Party("vendor", pair(vendor, "name")),
    ]
    if trial.venue.organisation_id not in (department.pk, vendor.pk):
        found.append(payload.Party("venue_owner", pair(trial.venue.organisation, "name")))
    return tuple(found)


def _period(trial: models.Trial) -> payload.Period:
    baseline, (first, last) = dates_of(trial)
    begun, ended = (one.isoformat() for one in baseline) if baseline else (None, None)
    return payload.Period(begun, ended, first.isoformat(), last.isoformat())


def _plan(trial: models.Trial) -> payload.Plan:
    rule = sentence_of_rule(rule_of(trial))
    method = joined(pair(trial, "method"), *designs(trial), both(rule), *_signed(trial))
    return payload.Plan(trial.plan_hash, moment(trial.plan_locked_at), method, pair(trial, "stop_rules"))


def _signed(trial: models.Trial) -> list[Bilingual]:
    """Who signed the plan, by side and day; nobody's name."""
    signed = signatures(Entry.objects.about(trial))
    return [
        both(f"signed_{side}", day=day(timezone.localdate(signed[side].at)))
        for side in SIDES
        if side in signed
    ]


def designs(trial: models.Trial) -> list[Bilingual]:
    """How each claim was sampled and with what, as far as the plan says."""
    found = []
    for claim in trial.claims.order_by("position", "pk"):
        calibrated = claim.calibrated_on.isoformat() if claim.calibrated_on else ""
        with_what = ", ".join(
            part for part in (claim.instrument, claim.uncertainty, calibrated, claim.certificate) if part
        )
        sampled = pair(claim, "sampling")
        if sampled or with_what:
            texts = (f"{claim.metric}: {joined_line(text, with_what)}" for text in (sampled.en, sampled.zh))
            found.append(Bilingual(*texts))
    return found


def joined_line(text: str, with_what: str) -> str:
    return "; ".join(part for part in (text, with_what) if part)


def _claim(claim: models.Claim) -> payload.Claim:
    found = claim.result
    estimate = found.get("estimate")
    result = estimate and payload.Result(
        number(estimate["effect"]),
        number(estimate["low"]),
        number(estimate["high"]),
        str(found["confidence"]),
        found["n_baseline"] + found["n_trial"] if claim.method in CHANGES else found["n_trial"],
        None,
    )
    return payload.Claim(
        statement=pair(claim, "statement"),
        metric=Bilingual(claim.metric, claim.metric),
        unit=claim.unit,
        direction=cast("Any", claim.direction),
        baseline=maybe(estimate["baseline_mean"]) if estimate else None,
        target=number(float(claim.target)),
        target_unit=target_unit(claim),
        method=plain.method(found),
        result=result,
        verdict=cast("payload.Verdict", claim.verdict),
        reason=joined(
            plain.reason(found, sentence_of(claim)),
            both("readings", readings=found["readings"], flagged=found["flagged"], hash=found["data_hash"]),
        ),
    )


def maybe(value: float | None) -> str | None:
    return None if value is None else number(value)


def _log(trial: models.Trial) -> dict[str, Any]:
    log = list(trial.log.order_by("on", "pk"))
    return {
        "deviations": tuple(
            payload.Deviation(one.on.isoformat(), departed(one)) for one in log if one.kind == "deviation"
        ),
        "incidents": tuple(
            payload.Incident(one.on.isoformat(), SEVERITY[one.severity], pair(one, "text"))
            for one in log
            if one.kind == "incident"
        ),
    }
