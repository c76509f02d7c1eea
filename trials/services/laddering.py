"""The ladder: each trial of a solution on its rung, and the next one begun from what is known."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.workflow import IllegalTransition, record
from matching import services as matching_services
from matching.models import Match, MatchQuerySet
from trials.analysis import CHANGES
from trials.models import Claim, Report, Trial
from trials.models.claim import CLAIM_FIELDS
from trials.models.ladder import Rung, after
from trials.services.planning import held, plan

OVER = (Trial.Status.MEASURED, Trial.Status.REPORTING, Trial.Status.CLOSED, Trial.Status.STOPPED)
SOON = timedelta(days=14)
PLAN = (
    "scale_en",
    "scale_zh",
    "method_en",
    "method_zh",
    "stop_rules_en",
    "stop_rules_zh",
    "exit_en",
    "exit_zh",
)
FRESH = ("trial", "calibrated_on", "certificate")  # an instrument is calibrated anew
REPORTS = "public_reports"


@dataclass(frozen=True)
class Step:
    """One rung of a solution's ladder, with the trials that stood on it, the oldest first."""

    rung: Rung
    trials: list[Trial]


@dataclass(frozen=True)
class Found:
    """What an earlier trial measured for one claim, in the unit of its target."""

    trial: Trial
    claim: Claim
    report: Report | None

    @property
    def estimate(self) -> dict[str, Any]:
        return self.claim.result.get("estimate") or {}

    @property
    def moments(self) -> int:
        return int(self.claim.result["n_baseline"] + self.claim.result["n_trial"])


def with_reports(rows: Any) -> Any:
    """Trials with `public_reports`: the published ones, of which there is at most one for each."""
    published = Report.objects.filter(status=Report.Status.PUBLISHED).only(
        "reference", "key", "status", "verdict", "trial_id", "version"
    )
    return rows.prefetch_related(Prefetch("reports", published.order_by("-version"), to_attr=REPORTS))


def ladder_of(reference: str, user: Any) -> list[Step]:
    """The public trials of a solution by rung, from the bench up; two queries."""
    rows = (
        Trial.objects.visible_to(user).public().filter(match__solution__reference=reference).exclude(rung="")
    )
    rows = rows.select_related("venue", "match__wish__organisation")
    found = list(with_reports(rows).order_by("starts_on", "pk"))
    return [Step(rung, [one for one in found if one.rung == rung]) for rung in Rung]


def evidence_on(match: Match) -> list[Found]:
    """What earlier trials of the same solution found, the newest first: read beside a plan, no more."""
    over = Trial.objects.filter(
        match__solution=match.solution_id, status__in=OVER, plan_locked_at__isnull=False
    )
    rows = with_reports(over.select_related("match", "venue")).prefetch_related("claims")
    return [
        Found(trial, claim, next(iter(getattr(trial, REPORTS)), None))
        for trial in rows.order_by("-starts_on", "-pk")
        for claim in sorted(trial.claims.all(), key=lambda one: (one.position, one.pk))
        if claim.result.get("estimate")
    ]


def trials_of_match(match: Match, user: Any) -> list[Trial]:
    """One after the other, as far as this reader may see them, with `public_reports`; two queries."""
    rows = Trial.objects.visible_to(user).filter(match=match).select_related("venue", "match__wish")
    return list(with_reports(rows).order_by("created_at", "pk"))


def waiting_for_trial() -> MatchQuerySet:
    """Approved matches of which no trial is planned or under way."""
    held_by = Trial.objects.filter(match=OuterRef("pk")).unended()
    return Match.objects.filter(~Exists(held_by), status=Match.Status.APPROVED)


def why_not_on(trial: Trial) -> str:
    """What stands against the next rung on the trial's own match; "" when nothing does."""
    if Trial.objects.filter(match=trial.match_id).counting().filter(pk__gt=trial.pk).exists():
        return _("A later trial of this match leads on from here.")
    if trial.match.status != Match.Status.CLOSED or trial.status != Trial.Status.CLOSED:
        return _("The next rung on the same match follows when the trial is reported.")
    if not trial.reports.filter(status=Report.Status.PUBLISHED).exists():
        return _("The report of this trial does not stand any more: nothing can be built on it.")
    if after(trial.rung) == Rung.REPLICATION:
        return _("From here it goes on to another department, with a wish and a match of its own.")
    return ""


def to_climb(trial: Trial, user: User) -> list[Match]:
    """Of which the next trial may be, and this person plan it: its own match first, then approved ones."""
    free = Q(pk__in=waiting_for_trial().filter(solution=trial.match.solution_id).values("pk"))
    if not why_not_on(trial):
        free |= Q(pk=trial.match_id)
    rows = Match.objects.visible_to(user).filter(free)
    found = list(rows.select_related("wish__organisation", "solution__organisation").order_by("pk"))
    found.sort(key=lambda match: match.pk != trial.match_id)
    return [match for match in found if user.has_perm("trials.add_trial", match)]


@transaction.atomic
def next_rung(trial: Trial, *, by: User, match: Match) -> Trial:
    """Begin the next trial from this one: its plan as a draft, with what was measured as what is expected.

    Of its own match when it is reported, without another review; of another approved one when it is measured.

    :raises IllegalTransition: this one still measures or is not reported, or the match is not free.
    :raises ValidationError: the match is of another solution, or one of its sides is gone.
    """
    held(trial)
    if trial.status not in OVER or trial.plan_locked_at is None:
        raise IllegalTransition(_("The next rung follows when the measuring is over."))
    if match.solution_id != trial.match.solution_id:
        raise ValidationError(_("The match is of another solution."))
    if match.pk == trial.match_id:
        if obstacle := why_not_on(trial):
            raise IllegalTransition(obstacle)
        matching_services.climb(trial.match, by=by)
    first = timezone.localdate() + SOON
    same_department = match.wish.organisation_id == trial.match.wish.organisation_id
    made = plan(
        match,
        by=by,
        engineer=trial.engineer,
        venue=trial.venue,
        kind=trial.kind if same_department else Trial.Kind.REPLICATION,
        starts_on=first,
        ends_on=first + (trial.ends_on - trial.starts_on),
        rung=after(trial.rung) if same_department else Rung.REPLICATION,
        earlier=trial,
        claims=[carried(claim) for claim in trial.claims.order_by("position", "pk")],
        **{name: getattr(trial, name) for name in PLAN},
    )
    record(trial, "next_rung", by=by, details={"key": made.key})
    return made


def carried(claim: Claim) -> dict[str, Any]:
    """A claim for the next rung: what was measured becomes baseline and expected result, if it was judged."""
    fields = {name: getattr(claim, name) for name in CLAIM_FIELDS if name not in FRESH}
    found = claim.result.get("estimate")
    if found and claim.verdict != Claim.Verdict.INCONCLUSIVE:
        fields["expected"] = _decimal(found["effect"])
        if claim.method in CHANGES and found.get("baseline_mean") is not None:
            fields["baseline"] = _decimal(found["baseline_mean"])
    return fields


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")
