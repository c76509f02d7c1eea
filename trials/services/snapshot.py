"""The rows of a trial as the payload that is signed: read once, here, and never again for the public."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from statistics import fmean
from typing import Any, Literal, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry
from trials import models, plain
from trials.analysis import CHANGES, FIRST
from trials.plain import number
from trials.proof import payload
from trials.proof.payload import Bilingual
from trials.proof.writing import written
from trials.sentences import both, joined
from trials.services.assigning import first_signature
from trials.services.benefits import benefit_of
from trials.services.facts import day, facts
from trials.services.judging import rule_of
from trials.services.prose import told
from trials.services.record import (
    co_authors,
    dates_of,
    departed,
    in_shares,
    pair,
    pauses,
    sentence_of,
    target_unit,
    voices,
)
from trials.services.signing import SIDES, signatures
from trials.validity import later

MOST_READ = 50_000  # readings of a phase; of more, the chart has the means of the days
MAX_POINTS = 240  # of one phase in the chart; the analysis used every reading
UNDRAWN = ("detection", "acceptance")  # whose target is no level of what is drawn
SEVERITY: dict[str, Literal["minor", "serious"]] = {"low": "minor", "medium": "serious", "high": "serious"}


def snapshot(
    report: models.Report, *, reference: str, verifier: User, statement: str, interests: str,
    at: datetime, previous_hash: str, corrects: payload.Correction | None,
) -> payload.Report:  # fmt: skip
    """Everything that the report says, as it stands at this moment."""
    trial = report.trial
    claims = list(trial.claims.order_by("position", "pk"))
    known = facts(report)
    prose = {section: told(report, section, known) for section in models.SECTIONS}
    return payload.FullReport(
        schema="innoportal-report/2",
        reference=reference,
        version=report.version,
        demonstration=settings.DEMONSTRATION,
        issuer=payload.Issuer(Bilingual("InnoPortal", "InnoPortal 創科網上平台"), settings.SITE_URL),
        **_subjects(trial),
        organisations=_organisations(trial),
        venues=(pair(trial.venue, "name"),),
        dates=_period(trial),
        plan=_plan(trial),
        verdict=cast("payload.Verdict", report.verdict),
        summary=prose.pop("summary"),
        claims=tuple(_claim(claim) for claim in claims),
        series=tuple(series for claim in claims if (series := _series(claim))),
        **_log(trial),
        money=_money(trial),
        vendor_comment=heard(report),
        verifier=_verifier(report, verifier, statement, interests, at),
        limits=prose.pop("limits"),
        published_at=moment(at),
        previous_hash=previous_hash or None,
        corrects=corrects,
        co_authors=co_authors(trial),
        prose=payload.Prose(**prose),
        pauses=pauses(trial),
        voices=voices(trial, claims),
        benefit=benefit_of(trial, claims),
        valid_until=later(timezone.localdate(at), report.valid_years).isoformat(),
    )


def heard(report: models.Report) -> Bilingual:
    """The vendor's comment, or that it had its days and made none."""
    if report.vendor_comment or not (report.comment_from and report.comment_until):
        return written(report.vendor_comment)
    return both("unheard", first=day(report.comment_from), last=day(report.comment_until))


def _verifier(
    report: models.Report, verifier: User, statement: str, interests: str, at: datetime
) -> payload.Verifier:
    """In their own words, which every reader gets, and what the portal checked of them."""
    own = written(statement)
    said = joined(Bilingual(own.en or own.zh, own.zh or own.en), _attested(report, at))
    return payload.Verifier(written(verifier.name), _employer(verifier), said, written(interests), moment(at))


def _attested(report: models.Report, at: datetime) -> Bilingual:
    """That the verifier is a third person, and who signed first; nobody's name but the verifier's."""
    entry = first_signature(report)
    if entry is None or not (mark := entry.details.get("fingerprint")):
        return both("attested", day=timezone.localdate(at))
    who = "attested_engineer" if entry.actor_id == report.trial.engineer_id else "attested_office"
    first = both(who, day=timezone.localdate(entry.at), hash=mark)
    return joined(both("attested", day=timezone.localdate(at)), first)


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


def maybe(value: float | None) -> str | None:
    return None if value is None else number(value)


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
    rule = "rule" if rule_of(trial) == FIRST else "rule/2"
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


def levels(claim: models.Claim) -> tuple[float | None, float | None]:
    """The baseline's mean and the level that the target asks for, in the unit of the readings."""
    base = (claim.result.get("estimate") or {}).get("baseline_mean")
    if claim.method not in CHANGES:
        return base, None if claim.method in UNDRAWN else float(claim.target)
    if base is None:
        return None, None
    sign = -1 if claim.direction == models.Claim.Direction.DECREASE else 1
    return base, base * (1 + sign * float(claim.target) / 100)


def points(claim: models.Claim, phase: str) -> list[tuple[datetime, float]]:
    """What is drawn of one phase: the mean of the sensors at each moment; of cases, the share of each day."""
    days = models.Rollup.objects.days().filter(trial=claim.trial_id, metric=claim.metric, phase=phase)
    if (days.aggregate(size=Sum("count"))["size"] or 0) > MOST_READ:
        sums = days.values_list("begins").annotate(n=Sum("count"), sum=Sum("total")).order_by("begins")
        scale = 100 if claim.method == models.Claim.Method.PROPORTION else 1
        return [(begins, scale * total / count) for begins, count, total in sums]
    rows = claim.trial.measurements.filter(metric=claim.metric, phase=phase).order_by("at", "pk")
    pairs = list(rows.values_list("at", "value"))
    if in_shares(claim):
        by_day = groupby(pairs, key=lambda one: timezone.localdate(one[0]))
        grouped = [list(group) for _day, group in by_day]
        return [(group[0][0], 100 * fmean(value for _at, value in group)) for group in grouped]
    by_time = groupby(pairs, key=lambda one: one[0])
    return [(at, fmean(value for _at, value in group)) for at, group in by_time]


def thinned(found: Sequence[Any], limit: int = MAX_POINTS) -> list[Any]:
    """Evenly chosen, first and last among them."""
    if len(found) <= limit:
        return list(found)
    return [found[round(index * (len(found) - 1) / (limit - 1))] for index in range(limit)]


def _series(claim: models.Claim) -> payload.Series | None:
    drawn = {
        phase: tuple(
            payload.Point(at.astimezone(UTC).isoformat(), number(value))
            for at, value in thinned(points(claim, phase))
        )
        for phase in ("baseline", "trial")
    }
    if not any(drawn.values()):
        return None
    base, target = levels(claim)
    return payload.Series(
        metric=Bilingual(claim.metric, claim.metric),
        unit="%" if in_shares(claim) else claim.unit,
        baseline=drawn["baseline"],
        trial=drawn["trial"],
        baseline_level=maybe(base),
        target_level=maybe(target),
        measurements=claim.result["readings"],
    )


def _money(trial: models.Trial) -> tuple[payload.Money, ...]:
    """Under the financial year (from 1 April) in which the trial begins."""
    if trial.budget_planned is None and trial.budget_spent is None:
        return ()
    year = trial.starts_on.year - (trial.starts_on.month < 4)
    label = f"{year}-{(year + 1) % 100:02}"
    planned, spent = (f"{amount or 0:.2f}" for amount in (trial.budget_planned, trial.budget_spent))
    return (payload.Money(label, "HKD", planned, spent),)


def _employer(verifier: User) -> Bilingual:
    organisation = Organisation.objects.filter(memberships__user=verifier).order_by("pk").first()
    return pair(organisation, "name") if organisation else Bilingual()
