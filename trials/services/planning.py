"""The plan of a trial: written, then locked with its fingerprint."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from matching.models import Match
from trials.analysis import CHANGES, COMPANIONS, CONFIDENCE, ENOUGH, FIRST, RULE, SHARES
from trials.models import Claim, Trial
from trials.models.ladder import Rung
from trials.proof.canonical import digest
from trials.services.judging import rule_of
from trials.services.telling import tell_engineer, tell_parties
from trials.workflow import TRIAL

MOVES = (Claim.Direction.DECREASE, Claim.Direction.INCREASE)
EDITABLE = (
    "engineer",
    "venue",
    "kind",
    "scale_en",
    "scale_zh",
    "starts_on",
    "ends_on",
    "method_en",
    "method_zh",
    "stop_rules_en",
    "stop_rules_zh",
    "budget_planned",
    "rung",
    "earlier",
    "exit_cost",
    "exit_en",
    "exit_zh",
    "severe",
)
ClaimFields = Mapping[str, Any]


@transaction.atomic
def plan(match: Match, *, by: User, claims: Iterable[ClaimFields] = (), **fields: Any) -> Trial:
    """Begin the trial of an approved match: `engineer`, `venue`, `starts_on`, `ends_on`, what else is known.

    :raises IllegalTransition: the match is not approved, or has a trial that is not reported.
    :raises ValidationError: a field does not fit.
    """
    match = Match.objects.select_for_update(of=("self",)).get(pk=match.pk)
    if match.status != Match.Status.APPROVED or Trial.objects.filter(match=match).unended().exists():
        raise IllegalTransition(_("Only an approved match without a trial can be planned."))
    trial = Trial(match=match, created_by=by)
    _set(trial, fields)
    trial.save(force_insert=True)
    _write_claims(trial, claims)
    entry = record(trial, "plan", by=by)
    tell_engineer(trial, entry, "planned")
    tell_parties(trial, entry, "planned")
    return trial


@transaction.atomic
def update_plan(
    trial: Trial, *, by: User, claims: Iterable[ClaimFields] | None = None, **fields: Any
) -> Entry:
    """Change a plan that is not locked; `claims` replaces them all.

    :raises IllegalTransition: the plan is locked: what differs from it goes into the log as a deviation.
    """
    held(trial)
    if trial.status != Trial.Status.PLANNING:
        raise IllegalTransition(_("The plan is locked. Log a deviation instead."))
    _set(trial, fields)
    trial.save(update_fields=list(fields))
    if claims is not None:
        trial.claims.all().delete()
        _write_claims(trial, claims)
    return record(trial, "edit", by=by)


@transaction.atomic
def lock(trial: Trial, *, by: User) -> Entry:
    """Freeze claims, method and stop rules; their fingerprint goes into the journal, and the trial is public.

    :raises ValidationError: something is missing.
    """
    held(trial)
    if TRIAL["lock"].allows(trial) and (gaps := missing(trial)):
        raise ValidationError(gaps)
    fingerprint = digest(plan_document(trial))
    entry = TRIAL["lock"].apply(
        trial,
        by=by,
        details={"plan_hash": fingerprint},
        reference=next_reference("T"),
        plan_hash=fingerprint,
        plan_locked_at=timezone.now(),
        rule=RULE,
    )
    tell_parties(trial, entry, "locked")
    return entry


def missing(trial: Trial) -> list[str]:
    """What the plan still lacks before it can be locked."""
    claims = list(trial.claims.all())
    found = []
    if not claims:
        found.append(_("The plan needs at least one claim."))
    if not trial.method.strip():
        found.append(_("Say how it will be measured."))
    if not trial.stop_rules.strip():
        found.append(_("Say when the trial must be stopped."))
    if trial.rung and trial.exit_cost is None:
        found.append(_("Say what it would cost to end it on this rung; 0, if nothing."))
    for claim in claims:
        found += incoherent(claim)
    return found


def incoherent(claim: Claim) -> list[str]:
    """A method judges only the promises that it can."""
    found = []
    if (claim.method in CHANGES) != (claim.direction in MOVES):
        found.append(_("%s: a change goes with “falls” or “rises”, a level or a share with “is”."))
    if claim.method in SHARES and not 0 <= claim.target <= 100:
        found.append(_("%s: a share lies between 0 and 100 per cent."))
    if claim.method in CHANGES and claim.target <= 0:
        found.append(_("%s: a change has a target above zero."))
    if (claim.method in COMPANIONS) != bool(claim.companion) or claim.companion == claim.metric:
        found.append(_("%s: energy and detection name the metric read beside it; the other methods do not."))
    if (claim.method == Claim.Method.WITH_WITHOUT) != bool(claim.controls):
        found.append(_("%s: a trial side by side, and no other, names the sensors of its control group."))
    if (claim.method == Claim.Method.DETECTION) != bool(claim.figure):
        found.append(_("%s: accuracy of detection, and no other method, says which figure is promised."))
    return [message % claim.metric for message in found]


def needs_unmet(trial_needs: Iterable[str], gives: Iterable[str]) -> list[str]:
    """What the solution needs and the venue does not give: a warning, because it can be brought along."""
    return [need for need in trial_needs if need not in set(gives)]


def plan_document(trial: Trial) -> dict[str, Any]:
    """What locking freezes, as the data whose digest is the plan's fingerprint.

    A plan locked under the first rule keeps the shape whose digest was signed then.
    """
    rule = rule_of(trial)
    # Plans that were locked before there was this choice keep their digest.
    severe = {"severe_incident": trial.severe} if trial.severe and rule != FIRST else {}
    return {
        "schema": "innoportal-plan/1" if rule == FIRST else "innoportal-plan/2",
        "wish": trial.match.wish.slug,
        "solution": trial.match.solution.slug,
        "venue": trial.venue.slug,
        "kind": trial.kind,
        "scale": _pair(trial, "scale"),
        "starts_on": trial.starts_on.isoformat(),
        "ends_on": trial.ends_on.isoformat(),
        "method": _pair(trial, "method"),
        "stop_rules": _pair(trial, "stop_rules"),
        "budget_planned": None if trial.budget_planned is None else f"{trial.budget_planned:.2f}",
        "rule": {"name": rule, "enough": ENOUGH, "confidence": CONFIDENCE},
        "claims": [_claim(claim, rule) for claim in trial.claims.order_by("position", "pk")],
        **_ladder(trial),
        **severe,
    }


def _ladder(trial: Trial) -> dict[str, Any]:
    """Only of plans that stand on a rung: those locked before there were any keep their fingerprint."""
    if not trial.rung:
        return {}
    found = {
        "rung": trial.rung,
        "earlier": trial.earlier.slug if trial.earlier else None,
        "exit_cost": None if trial.exit_cost is None else f"{trial.exit_cost:.2f}",
        "exit": _pair(trial, "exit"),
    }
    return {"ladder": found}


def held(trial: Trial) -> None:
    """Hold the row for this transaction, as it is now: of two, the second sees the first's change."""
    trial.refresh_from_db(from_queryset=Trial.objects.select_for_update(of=("self",)))


def _claim(claim: Claim, rule: str) -> dict[str, Any]:
    found = {
        "metric": claim.metric,
        "statement": _pair(claim, "statement"),
        "unit": claim.unit,
        "direction": claim.direction,
        "target": f"{claim.target:.4f}",
        "method": claim.method,
    }
    return found if rule == FIRST else found | _design(claim)


def _design(claim: Claim) -> dict[str, Any]:
    """How it is measured, and what was assumed when the trial's length was chosen."""
    assumed = ("baseline", "expected", "spread", "likeness", "per_day")
    return {
        **{name: getattr(claim, name) for name in ("companion", "figure", "instrument", "certificate")},
        **{name: _decimal(getattr(claim, name)) for name in assumed},
        "control": sorted(claim.controls),
        "uncertainty": claim.uncertainty,
        "calibrated_on": claim.calibrated_on.isoformat() if claim.calibrated_on else None,
        "sampling": _pair(claim, "sampling"),
    }


def _decimal(value: Decimal | None) -> str | None:
    """As the database gives it back, however it was typed."""
    return None if value is None else f"{value:.4f}"


def _pair(thing: Any, name: str) -> dict[str, str]:
    return {"en": getattr(thing, f"{name}_en"), "zh": getattr(thing, f"{name}_zh")}


def _set(trial: Trial, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"a plan has no field {name!r}")
        setattr(trial, name, value)
    if not trial.engineer.has_role(Role.ENGINEER):
        raise ValidationError({"engineer": _("Choose a trial engineer.")})
    trial.full_clean(validate_constraints=True)
    _above_its_own(trial)
    _climbs(trial)


def _above_its_own(trial: Trial) -> None:
    """:raises ValidationError: its match was tried on this rung or higher, or the rung is none of a match."""
    before = Trial.objects.filter(match=trial.match_id).exclude(pk=trial.pk).counting()
    if not (rungs := set(before.order_by().values_list("rung", flat=True))):
        return
    if not trial.rung:
        raise ValidationError({"rung": _("Say on which rung it stands: the match was tried before.")})
    if trial.rung == Rung.REPLICATION:
        raise ValidationError({"rung": _("Another department has a wish, and so a match, of its own.")})
    highest = max((Rung(rung).height for rung in rungs if rung), default=-1)
    if Rung(trial.rung).height <= highest:
        raise ValidationError({"rung": _("The match was tried on this rung, or on a higher one.")})


def _climbs(trial: Trial) -> None:
    """:raises ValidationError: it stands below what it builds on, or that is no trial of this solution."""
    if not (earlier := trial.earlier):
        return
    if earlier.match.solution_id != trial.match.solution_id or not earlier.plan_locked_at:
        raise ValidationError({"earlier": _("Choose an earlier trial of the same solution.")})
    if not trial.rung:
        raise ValidationError(
            {"rung": _("Say on which rung it stands, since it builds on an earlier trial.")}
        )
    if earlier.rung and Rung(trial.rung).height < Rung(earlier.rung).height:
        raise ValidationError({"rung": _("The earlier trial stands on a higher rung.")})


def _write_claims(trial: Trial, claims: Iterable[ClaimFields]) -> None:
    for position, fields in enumerate(claims):
        claim = Claim(trial=trial, position=position, **fields)
        claim.full_clean()
        claim.save(force_insert=True)
