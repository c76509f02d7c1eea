"""A report on its way: drafted from the record, heard by the vendor, handed to verification."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.clock import add_working_days, today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.analysis import overall
from trials.models import SECTIONS, Report, Term, Trial
from trials.proof.canonical import digest
from trials.rules import objections
from trials.services.assigning import signature
from trials.services.judging_later import must_be_judged
from trials.services.planning import held, plan_document
from trials.services.prose import must_be_of_the_record, take, write_from_record
from trials.services.telling import tell_engineer, tell_parties, tell_vendor, tell_verifiers
from trials.workflow import REPORT, TRIAL


@transaction.atomic
def draft_report(trial: Trial, *, by: User) -> Report:
    """The first version, from the record: verdict and figures are computed, the prose is begun.

    :raises ValidationError: the plan was never locked, or does not fit its fingerprint.
    :raises IllegalTransition: the claims are not judged yet.
    """
    held(trial)
    is_stopped = trial.status == Trial.Status.STOPPED
    if TRIAL["report"].allows(trial):
        _plan_still_fits(trial)
        must_be_judged(trial)
    TRIAL["report"].apply(trial, by=by)
    verdicts = [claim.verdict for claim in trial.claims.all()]
    report = Report(trial=trial, verdict=overall(verdicts, stopped=is_stopped), created_by=by)
    write_from_record(report, SECTIONS)
    report.save(force_insert=True)
    record(report, "draft", by=by)
    return report


def _plan_still_fits(trial: Trial) -> None:
    if not trial.plan_locked_at:
        raise ValidationError(_("The plan was never locked, so there is nothing to report."))
    if digest(plan_document(trial)) != trial.plan_hash:
        raise ValidationError(_("The plan is not the one that was locked: its fingerprint differs."))


@transaction.atomic
def hand_to_vendor(report: Report, *, by: User) -> Entry:
    """Let the vendor read it and comment within the days that were promised.

    :raises ValidationError: summary or limits are missing, or a figure of the record was typed.
    """
    take(report)
    signed: dict[str, Any] = {}
    if REPORT["hand_to_vendor"].allows(report):
        if not (report.summary.strip() and report.limits.strip()):
            raise ValidationError(_("Write the summary and the limits of the trial first."))
        must_be_of_the_record(report)
        signed = signature(report)
    first = today()
    until = add_working_days(first, Term.objects.days()[Term.Code.COMMENT])
    entry = REPORT["hand_to_vendor"].apply(
        report, by=by, details=signed, comment_from=first, comment_until=until
    )
    tell_vendor(report, entry, "comment_wanted", until=until.isoformat())
    return entry


@transaction.atomic
def comment(report: Report, *, by: User, text: str) -> Entry:
    """The vendor's comment, printed with the report; it ends the window.

    :raises IllegalTransition: the window is over, whether it was closed already or not.
    """
    if not text.strip():
        raise ValidationError({"text": _("Write your comment.")})
    if report.comment_until and report.comment_until < today():
        raise IllegalTransition(_("Your time for comments is over. Send it as a late comment."))
    entry = REPORT["comment"].apply(
        report, by=by, vendor_comment=text.strip(), vendor_commented_at=timezone.now()
    )
    tell_verifiers(report, entry, "verify_wanted")
    return entry


@transaction.atomic
def close_comment(report: Report, *, by: User | None = None) -> Entry:
    """The vendor had its days; the report goes to verification.

    :raises ValidationError: the window is still open.
    """
    if REPORT["close_comment"].allows(report) and report.comment_until and report.comment_until >= today():
        raise ValidationError(_("The vendor may still comment."))
    entry = REPORT["close_comment"].apply(report, by=by)
    tell_verifiers(report, entry, "verify_wanted")
    return entry


def close_comment_windows() -> int:
    """Close every window whose last day has passed; returns how many this call closed."""
    closed = 0
    for report in Report.objects.overdue().order_by("pk"):
        try:
            close_comment(report)
        except IllegalTransition:
            continue
        closed += 1
    return closed


@transaction.atomic
def send_back(report: Report, *, by: User, reason: str) -> Entry:
    """An independent verifier asks for changes first."""
    must_be_independent(report, by)
    entry = REPORT["send_back"].apply(report, by=by, reason=reason)
    tell_engineer(report, entry, "sent_back")
    tell_parties(report, entry, "sent_back")
    return entry


def must_be_independent(report: Report, user: User) -> None:
    """:raises PermissionDenied: the signature would not be that of a third person."""
    if found := objections(report, user):
        raise PermissionDenied(" ".join(found))
