"""A figure of a published report put right: asked for with a reason, agreed to by a third, reckoned anew.

Nothing of the record is written over. What is in effect decides how the analysis reads it, and the version
of the report that follows says what was corrected, with the figures before and after.
"""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.analysis import SHARES
from trials.models import Amendment, Erratum, Incident, LogEntry, Report, Trial
from trials.models.amendment import ONE_WAITS
from trials.rules import is_biased
from trials.services.as_read import concerned
from trials.services.judging import analyse, metrics_of
from trials.services.money import sum_up
from trials.services.planning import held
from trials.services.prose import take
from trials.services.telling import neutral_verifiers, tell_amendment, tell_followers, tell_parties
from trials.services.versions import draft_after, follow_record, next_version
from trials.services.writing import set_fields
from trials.workflow import AMENDMENT

FIELDS = {
    "exclude": ("metric", "sensor", "since", "until"),
    "scale": ("metric", "sensor", "since", "until", "factor", "offset"),
    "money": ("line", "amount"),
    "incident": ("on", "severity", "text_en", "text_zh"),
}
REASONS = ("reason_en", "reason_zh")
Kind = Amendment.Kind


@transaction.atomic
def amend(report: Report, *, by: User, kind: str, **fields: Any) -> Amendment:
    """Ask for a correction of what the report rests on; nothing changes before a verifier has agreed.

    :raises IllegalTransition: it is not the published version, its corrected version has left its author's
        hands, or another correction waits.
    :raises ValidationError: by field: there is no reason, nothing lies in the span, or nothing would change.
    """
    held(report.trial)
    take(report)
    _must_be_open(report)
    if report.trial.amendments.waiting().exists():
        raise IllegalTransition(ONE_WAITS)
    last = report.trial.amendments.aggregate(last=Max("number"))["last"] or 0
    made = Amendment(trial=report.trial, report=report, number=last + 1, kind=kind, proposed_by=by)
    for name, value in fields.items():
        if name in (*FIELDS[kind], *REASONS):
            setattr(made, name, value.strip() if isinstance(value, str) else value)
    _must_fit(made)
    set_fields(made, (), {})
    made.save(force_insert=True)
    entry = record(made, "propose", by=by, details={"kind": kind})
    tell_amendment(made, entry, "amendment_wanted", neutral_verifiers(made))
    return made


def _must_be_open(report: Report) -> Report | None:
    """The draft of the next version, if there is one.

    :raises IllegalTransition: the report is not in force, or the draft is with the vendor or a verifier.
    """
    if report.status != Report.Status.PUBLISHED:
        raise IllegalTransition(_("Only a published report can be corrected."))
    draft = draft_after(report)
    if draft and draft.status == Report.Status.DRAFT:
        take(draft)
    if draft and draft.status != Report.Status.DRAFT:
        raise IllegalTransition(
            _("The corrected version is with the vendor or a verifier. Have it sent back first.")
        )
    return draft


def _must_fit(made: Amendment) -> None:
    if not (made.reason_en or made.reason_zh):
        raise ValidationError({"reason_en": _("Say why, in English or Chinese: everyone reads it.")})
    {
        Kind.EXCLUDE: _must_fit_readings,
        Kind.SCALE: _must_fit_readings,
        Kind.MONEY: _must_fit_money,
        Kind.INCIDENT: _must_fit_incident,
    }[Kind(made.kind)](made)


def _must_fit_readings(made: Amendment) -> None:
    method = metrics_of(made.trial).get(made.metric)
    if method is None:
        raise ValidationError({"metric": _("This trial does not measure that.")})
    if made.since is None or made.until is None:
        raise ValidationError({"since": _("Say from when until when.")})
    if made.until < made.since:
        raise ValidationError({"until": _("The last moment lies before the first.")})
    if made.kind == Kind.SCALE:
        _must_be_scaled(made, method)
    made.concerned = concerned(made).count()
    if not made.concerned:
        raise ValidationError(
            {"since": _("No reading of this sensor that still counts lies between these moments.")}
        )


def _must_be_scaled(made: Amendment, method: str) -> None:
    if method in SHARES:
        raise ValidationError(
            {"metric": _("Cases and answers have no factor. Leave the wrong ones out instead.")}
        )
    if made.factor is None or made.offset is None:
        raise ValidationError({"factor": _("Give factor and offset: 1 and 0 where one of them is right.")})
    if made.factor == 0:
        raise ValidationError({"factor": _("A factor of 0 would make all readings the same.")})
    if (made.factor, made.offset) == (1, 0):
        raise ValidationError({"factor": _("Nothing is changed.")})


def _must_fit_money(made: Amendment) -> None:
    if made.amount is None:
        raise ValidationError({"amount": _("Say what was spent.")})
    lines = made.trial.budgetlines.exists()
    if lines and (made.line is None or made.line.trial_id != made.trial_id):
        raise ValidationError({"line": _("Choose the line of money that is wrong.")})
    if made.amount == spent(made):
        raise ValidationError({"amount": _("Nothing is changed.")})


def spent(made: Amendment) -> Any:
    """What the record says now."""
    return made.line.spent if made.line else made.trial.budget_spent


def _must_fit_incident(made: Amendment) -> None:
    if not (made.text_en or made.text_zh):
        raise ValidationError({"text_en": _("Say what happened, in English or Chinese.")})
    if made.on is None or made.on > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future.") if made.on else _("Say on which day.")})
    if not made.severity:
        raise ValidationError({"severity": _("Say how severe it was.")})


@transaction.atomic
def agree_to_amendment(amendment: Amendment, *, by: User) -> Entry:
    """It is in effect: what it concerns is reckoned anew, and the next version of the report is drafted.

    :raises IllegalTransition: it was decided, or the report cannot be corrected any more.
    :raises PermissionDenied: the verifier is not a third person; :raises ValidationError: is no verifier.
    """
    report, amendment = _taken(amendment)
    _must_decide(amendment, by)
    draft = _must_be_open(report)
    before = computed(report.trial)
    logged = _logged(amendment) if amendment.kind == Kind.INCIDENT else None
    entry = AMENDMENT["agree"].apply(
        amendment, by=by, agreed_by=by, agreed_at=timezone.now(), before=before, logged=logged
    )
    if amendment.kind == Kind.MONEY:
        _spend(amendment, by)
    if amendment.kind in (Kind.EXCLUDE, Kind.SCALE):
        analyse(report.trial)
    _announce(report, amendment, by)
    if draft is None:
        draft = next_version(report, by=amendment.proposed_by_id)
        record(draft, "draft", by=None, details={"corrects": report.reference, "amendment": amendment.pk})
    follow_record(draft, report)
    return entry


@transaction.atomic
def decline_amendment(amendment: Amendment, *, by: User, reason: str) -> Entry:
    """:raises IllegalTransition: it was decided; :raises ReasonRequired: there is no reason."""
    _report, amendment = _taken(amendment)
    _must_decide(amendment, by)
    entry = AMENDMENT["decline"].apply(amendment, by=by, reason=reason)
    tell_amendment(amendment, entry, "amendment_declined", [amendment.proposed_by])
    return entry


@transaction.atomic
def withdraw_amendment(amendment: Amendment, *, by: User) -> Entry:
    """By who asked for it.

    :raises IllegalTransition: it was decided; :raises PermissionDenied: another asked for it.
    """
    _report, amendment = _taken(amendment)
    if amendment.proposed_by_id != by.pk:
        raise PermissionDenied
    return AMENDMENT["withdraw"].apply(amendment, by=by)


def computed(trial: Trial) -> dict[str, Any]:
    """What stands of each claim now, by metric."""
    return {claim.metric: {"verdict": claim.verdict, "result": claim.result} for claim in trial.claims.all()}


def _taken(amendment: Amendment) -> tuple[Report, Amendment]:
    """Trial, report and row held, in this order: of two who decide, the second sees the first's word."""
    held(amendment.trial)
    report = Report.objects.select_for_update(of=("self",)).get(pk=amendment.report_id)
    rows = Amendment.objects.select_for_update(of=("self",)).for_rows()
    report.trial = amendment.trial
    found: Amendment = rows.get(pk=amendment.pk)
    found.trial, found.report = amendment.trial, report
    return report, found


def _must_decide(amendment: Amendment, by: User) -> None:
    if not by.has_role(Role.VERIFIER):
        raise ValidationError(_("Only a verifier agrees to a correction of the record."))
    if is_biased(amendment, by):
        raise PermissionDenied(_("A correction is agreed to by a third person."))


def _spend(amendment: Amendment, by: User) -> None:
    """What stood there stays in the journal, and in the report that was signed."""
    trial, line, amount = amendment.trial, amendment.line, amendment.amount or Decimal(0)
    before = spent(amendment)
    if line:
        line.spent = amount
        line.save(update_fields=["spent"])
        sum_up(trial)
    else:
        trial.budget_spent = amount
        trial.save(update_fields=["budget_spent"])
    said = {"spent": f"{amount:.2f}", "before": None if before is None else f"{before:.2f}"}
    record(trial, "spend", by=by, details={**said, "amendment": amendment.pk})


def _logged(amendment: Amendment) -> LogEntry:
    """Told to nobody as news: what there was to do, was done or not, long ago."""
    facts = {"on": amendment.on, "severity": amendment.severity}
    texts = {"text_en": amendment.text_en, "text_zh": amendment.text_zh}
    kind, writer = LogEntry.Kind.INCIDENT, amendment.proposed_by
    made = LogEntry(trial=amendment.trial, kind=kind, written_by=writer, **facts, **texts)
    made.full_clean()
    made.save()
    Incident.objects.create(trial=amendment.trial, entry=made)
    return made


def _announce(report: Report, amendment: Amendment, by: User) -> None:
    """On the page of the published version, for good, and to whoever relies on it."""
    why = {"text_en": amendment.reason_en, "text_zh": amendment.reason_zh}
    made = Erratum(report=report, written_by=amendment.proposed_by, **why)
    made.full_clean()
    made.save()
    entry = record(report, "erratum", by=by, details={"erratum": made.pk, "amendment": amendment.pk})
    text = {"en": made.text_en, "zh": made.text_zh}
    tell_parties(report, entry, "corrected", text=text)
    tell_followers(report, entry, "corrected", text=text)
