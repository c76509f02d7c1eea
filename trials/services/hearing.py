"""The vendor's window: longer with a reason, and what comes after it is kept beside the report, not in it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from journal.clock import today
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from trials.models import Report
from trials.services.prose import take
from trials.services.telling import tell_engineer, tell_vendor, tell_verifiers

MAX_LATE = 6000  # characters, as of a comment in time


@transaction.atomic
def extend_comment(report: Report, *, by: User, comment_until: date, reason: str) -> Entry:
    """More days for the vendor.

    :raises IllegalTransition: the draft is not with the vendor, or not any more.
    :raises ReasonRequired: nobody would know why.
    :raises ValidationError: the day is no later than the one that stands, or past.
    """
    take(report)
    before = report.comment_until
    if report.status != Report.Status.COMMENT or before is None:
        raise IllegalTransition(_("The draft is not with the vendor."))
    if not reason.strip():
        raise ReasonRequired(_("Say why: the other side reads your reason."))
    if comment_until <= max(before, today()):
        raise ValidationError({"comment_until": _("Choose a day after the last one that stands.")})
    report.comment_until = comment_until
    report.save(update_fields=["comment_until"])
    details = {"from": str(before), "to": str(comment_until)}
    entry = record(report, "extend_comment", by=by, reason=reason.strip(), details=details)
    tell_vendor(report, entry, "comment_extended", last_day=str(comment_until))
    tell_engineer(report, entry, "comment_extended", last_day=str(comment_until))
    return entry


@transaction.atomic
def comment_late(report: Report, *, by: User, text: str) -> Entry:
    """What the vendor says when its window is over: the verifier reads it, and it is not printed.

    :raises IllegalTransition: the window is open, or the report is signed or a draft again.
    """
    take(report)
    if not (text := text.strip()):
        raise ValidationError({"text": _("Write your comment.")})
    if len(text) > MAX_LATE:
        raise ValidationError({"text": _("The comment has more than 6,000 characters.")})
    if report.status != Report.Status.VERIFICATION:
        raise IllegalTransition(_("A late comment is for a report under verification."))
    entry = record(report, "comment_late", by=by, reason=text)
    tell_engineer(report, entry, "comment_late")
    tell_verifiers(report, entry, "comment_late")
    return entry
