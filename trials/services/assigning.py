"""Who verifies a report: checked when they are assigned, and again when they sign."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from innoportal.languages import listed
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, notify
from trials.models import Report
from trials.proof.canonical import digest
from trials.proof.shape import plain
from trials.rules import conflicts
from trials.services.contents import contents
from trials.services.prose import take
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

# The parts of a report as its signers call them; several fields may be one part.
SAID = {
    **dict.fromkeys(("trial", "wish", "solution"), gettext_lazy("what was tried, and for which wish")),
    **dict.fromkeys(("organisations", "co_authors"), gettext_lazy("who took part")),
    "venues": gettext_lazy("the venue"),
    "dates": gettext_lazy("the days of the trial"),
    "plan": gettext_lazy("the plan"),
    "verdict": gettext_lazy("the verdict"),
    "claims": gettext_lazy("the results of the claims"),
    "deviations": gettext_lazy("the deviations from the plan"),
    "incidents": gettext_lazy("the incidents"),
    "money": gettext_lazy("the money"),
    "pauses": gettext_lazy("the pauses"),
    "voices": gettext_lazy("the answers of users"),
    "benefit": gettext_lazy("cost and benefit"),
    "amendments": gettext_lazy("the corrections of the record"),
    **dict.fromkeys(("summary", "limits", "prose"), gettext_lazy("the words, or a figure in them")),
    "validity": gettext_lazy("the years for which it may be cited"),
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


def signed_parts(report: Report) -> dict[str, str]:
    """The digest of each part of what the report will say, as it stands now; of "validity", its years.

    What comes after the first signature is none of them: the vendor's comment, and the second signature.
    """
    found = {name: digest({name: plain(value)}) for name, value in contents(report).items()}
    return found | {"validity": digest({"valid_years": report.valid_years})}


def fingerprint(report: Report) -> str:
    """Of all that the first signature stands for: words, figures, verdict, log and money."""
    return digest(signed_parts(report))


def signature(report: Report) -> dict[str, Any]:
    """As the journal keeps it of who signs first: the fingerprint, and of what it is made."""
    parts = signed_parts(report)
    return {"fingerprint": digest(parts), "parts": parts}


def first_signature(report: Report) -> Entry | None:
    """Of who handed the draft over and answers for it."""
    return Entry.objects.about(report).filter(verb="hand_to_vendor").order_by("-at", "-pk").first()


def must_be_signed_first(report: Report, verifier: User) -> None:
    """:raises ValidationError: by nobody, by the same person, or over other words than those that stand."""
    entry = first_signature(report)
    if entry is None or entry.actor_id in (None, verifier.pk):
        raise ValidationError(_("A report has two signatures, by two different people."))
    if changed := changed_since(report, entry):
        raise ValidationError(
            _(
                "The report is not the one that was signed first: its fingerprint differs. Changed since: "
                "%(parts)s. Send it back, so that it is handed over as it is now."
            )
            % {"parts": listed(changed)}
        )


def changed_since(report: Report, entry: Entry) -> list[str]:
    """What the record says otherwise than when the report was signed first, in the reader's language."""
    now, then = signed_parts(report), entry.details.get("parts", {})
    if entry.details.get("fingerprint") == digest(now):
        return []
    names = [name for name in now if now[name] != then.get(name)]
    return list(dict.fromkeys(str(SAID.get(name, name)) for name in names))
