"""Who verifies a report: checked when they are assigned, and again when they sign."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify
from trials.models import Report
from trials.proof.canonical import digest
from trials.rules import conflicts
from trials.services.prose import COLUMNS, take
from trials.services.telling import said

OPEN = (Report.Status.DRAFT, Report.Status.COMMENT, Report.Status.VERIFICATION)
WHY_NOT = {
    "vendor": gettext_lazy("belongs to the vendor"),
    "co_author": gettext_lazy("belongs to a co-author of the solution"),
    "department": gettext_lazy("belongs to the department that made the wish"),
    "engineer": gettext_lazy("is the engineer of this trial"),
    "wrote": gettext_lazy("wrote on this report, or signed it first"),
    "declared": gettext_lazy("has declared a conflict of interest with one of the parties"),
}


@transaction.atomic
def assign_verifier(report: Report, *, by: User, verifier: User) -> Entry:
    """In the place of who was assigned before, if anyone.

    :raises IllegalTransition: the report is signed.
    :raises ValidationError: not a verifier, not independent, or assigned already.
    """
    take(report)
    if report.status not in OPEN:
        raise IllegalTransition(_("The report is signed already."))
    if not verifier.has_role(Role.VERIFIER):
        raise ValidationError({"verifier": _("Only a verifier signs reports.")})
    if found := conflicts(report, verifier):
        reasons = "; ".join(str(WHY_NOT[code]) for code in found)
        message = _("%(name)s would not be independent: %(why)s.") % {"name": verifier.name, "why": reasons}
        raise ValidationError({"verifier": message})
    before = report.assigned_id
    if before == verifier.pk:
        raise ValidationError({"verifier": _("This verifier is assigned already.")})
    report.assigned = verifier
    report.save(update_fields=["assigned"])
    entry = record(report, "assign_verifier", by=by, details={"verifier": verifier.pk, "before": before})
    notify([verifier], entry, "trials/mail/verifier_assigned", why=DUTY, **said(report))
    return entry


def fingerprint(report: Report) -> str:
    """Of what the first signature stands for: the words, the verdict, and the results that they tell of."""
    claims = report.trial.claims.order_by("position", "pk")
    return digest(
        {
            "version": report.version,
            "valid_years": report.valid_years,
            "verdict": report.verdict,
            "prose": {name: getattr(report, name) for name in COLUMNS},
            "claims": [
                {"metric": one.metric, "verdict": one.verdict, "data": one.result.get("data_hash", "")}
                for one in claims
            ],
        }
    )


def first_signature(report: Report) -> Entry | None:
    """Of who handed the draft over and answers for it."""
    return Entry.objects.about(report).filter(verb="hand_to_vendor").order_by("-at", "-pk").first()


def must_be_signed_first(report: Report, verifier: User) -> None:
    """:raises ValidationError: by nobody, by the same person, or over other words than those that stand."""
    entry = first_signature(report)
    if entry is None or entry.actor_id in (None, verifier.pk):
        raise ValidationError(_("A report has two signatures, by two different people."))
    signed = entry.details.get("fingerprint")
    if signed and signed != fingerprint(report):
        raise ValidationError(_("The report is not the one that was signed first: its fingerprint differs."))
