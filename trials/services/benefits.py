"""Cost and benefit: entered once as money, and what it comes to by the effect that was measured."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials import models
from trials.analysis import CHANGES
from trials.plain import number
from trials.proof import payload
from trials.proof.payload import amount
from trials.proof.worth import Terms, worth
from trials.services.record import pair

FIELDS = (
    *("claim", "per_year", "unit", "price", "other_saving", "running_cost", "outlay"),
    *("basis_en", "basis_zh"),
)


@transaction.atomic
def enter_benefit(report: models.Report, *, by: User, **fields: Any) -> Entry:
    """What a year costs and saves, for the reports of this trial; who enters it has written on the report.

    :raises IllegalTransition: the report is no draft any more.
    :raises ValidationError: a figure does not fit, or the claim is no change that was measured here.
    """
    report.refresh_from_db(from_queryset=models.Report.objects.select_for_update(of=("self",)))
    if report.status != models.Report.Status.DRAFT:
        raise IllegalTransition(_("Only a draft can be edited."))
    found = models.Benefit.objects.filter(trial=report.trial_id).first() or models.Benefit(trial=report.trial)
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"cost and benefit have no {name!r}")
        setattr(found, name, value)
    found.entered_by, found.entered_at = by, timezone.now()
    _must_fit(found)
    found.full_clean()
    found.save()
    return record(report, "edit", by=by, details={"benefit": found.pk})


def _must_fit(benefit: models.Benefit) -> None:
    measured = (benefit.claim_id, benefit.per_year, benefit.price)
    if any(value is not None for value in measured) and not all(value is not None for value in measured):
        raise ValidationError(
            {"claim": _("Say all three, or none: the claim, what it comes to in a year, and the price.")}
        )
    claim = benefit.claim
    if claim and (claim.trial_id != benefit.trial_id or claim.method not in CHANGES):
        raise ValidationError({"claim": _("Choose a claim of this trial that promises a change.")})
    if not (benefit.basis_en or benefit.basis_zh):
        raise ValidationError({"basis_en": _("Say where these figures come from, in English or Chinese.")})


def benefit_of(trial: models.Trial, claims: list[models.Claim]) -> payload.Benefit | None:
    """As it is printed and signed; None where nothing was entered, or its claim has no effect."""
    row = models.Benefit.objects.filter(trial=trial).first()
    if row is None:
        return None
    place, estimate = None, None
    if row.claim_id is not None:
        place = next(index for index, claim in enumerate(claims, 1) if claim.pk == row.claim_id)
        estimate = claims[place - 1].result.get("estimate")
        if not estimate:
            return None
    return _reckoned(row, place, estimate)


def _reckoned(row: models.Benefit, place: int | None, estimate: dict[str, Any] | None) -> payload.Benefit:
    figures = [amount(number(estimate[name])) if estimate else None for name in ("effect", "low", "high")]
    terms = Terms(row.per_year, row.price, row.other_saving, row.running_cost, row.outlay)
    found = worth(terms, *figures)
    return payload.Benefit(
        currency="HKD",
        claim=place,
        per_year=written(row.per_year),
        unit=row.unit,
        price=written(row.price),
        other_saving=f"{row.other_saving:f}",
        running_cost=f"{row.running_cost:f}",
        outlay=f"{row.outlay:f}",
        saving=f"{found.saving:f}",
        saving_low=written(found.low),
        saving_high=written(found.high),
        net=f"{found.net:f}",
        payback_years=written(found.payback_years),
        basis=pair(row, "basis"),
    )


def written(value: Decimal | None) -> str | None:
    """All digits, without those that say nothing: a price of 1.2000 is 1.2."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
