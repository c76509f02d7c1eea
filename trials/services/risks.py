"""The register of risks; the journal keeps how each stood before."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import record
from notifications.outbox import DUTY, notify
from trials.models import Risk, Trial
from trials.services.milestones import still_steered
from trials.services.telling import said_of
from trials.services.writing import changed, set_fields

FIELDS = (
    *("title_en", "title_zh", "likelihood", "impact", "owner", "mitigation_en", "mitigation_zh", "state"),
)


def people_of(trial: Trial) -> QuerySet[User]:
    """Who may be given something to do: the people of both sides and the engineer."""
    sides = [trial.match.wish.organisation_id, *trial.match.solution.author_ids()]
    found = User.objects.filter(Q(memberships__organisation__in=sides) | Q(pk=trial.engineer_id))
    return found.filter(is_active=True).distinct().order_by("name", "pk")


@transaction.atomic
def add_risk(trial: Trial, *, by: User, **fields: Any) -> Risk:
    """Write it into the register, and tell who watches it from now.

    :raises IllegalTransition: the trial is over; :raises ValidationError: the owner takes no part.
    """
    still_steered(trial)
    risk = set_fields(Risk(trial=trial), FIELDS, fields)
    _takes_part(risk)
    risk.save(force_insert=True)
    entry = record(risk, "add", by=by, details=_stands(risk))
    _tell_owner(risk, entry)
    return risk


@transaction.atomic
def assess(risk: Risk, *, by: User, **fields: Any) -> Entry:
    """Say how it stands now; how it stood is in the entry.

    :raises IllegalTransition: the trial is over; :raises ValidationError: the owner takes no part.
    """
    still_steered(risk.trial)
    risk = Risk.objects.select_for_update(of=("self",)).for_rows().get(pk=risk.pk)
    before = changed(risk, FIELDS, fields)
    set_fields(risk, FIELDS, fields)
    _takes_part(risk)
    risk.save(update_fields=FIELDS)
    entry = record(risk, "assess", by=by, details={**_stands(risk), "before": before})
    if "owner_id" in before:
        _tell_owner(risk, entry)
    return entry


def history(risks: list[Risk]) -> dict[int, list[Entry]]:
    """Each risk's entries, the newest first; one query."""
    rows = Entry.objects.filter(noun=Risk._meta.label_lower, object_id__in=[risk.pk for risk in risks])
    found: dict[int, list[Entry]] = {risk.pk: [] for risk in risks}
    for entry in rows.order_by("-at", "-pk"):
        found[entry.object_id].append(entry)
    return found


def _stands(risk: Risk) -> dict[str, Any]:
    return {"likelihood": risk.likelihood, "impact": risk.impact, "state": risk.state}


def _takes_part(risk: Risk) -> None:
    if not people_of(risk.trial).filter(pk=risk.owner_id).exists():
        raise ValidationError({"owner": _("Choose somebody who takes part in this trial.")})


def _tell_owner(risk: Risk, entry: Entry) -> None:
    text = {"en": risk.title_en, "zh": risk.title_zh}
    notify([risk.owner], entry, "trials/mail/risk_owned", why=DUTY, **said_of(risk, text=text))
