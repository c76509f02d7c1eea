"""What the pages of a trial and of a report on its way show this reader, and what they can do now."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from documents.models import Document
from journal.models import Entry
from notifications.models import Follow
from trials import corrected
from trials.analysis import ENOUGH
from trials.correction_forms import CorrectWordingForm
from trials.due_forms import AssignForm, ExtendCommentForm, LateCommentForm
from trials.forms import (
    CommentForm,
    ErratumForm,
    PublicReasonForm,
    ReasonForm,
    VerifyForm,
)
from trials.living import LIVE
from trials.models import Claim, LogEntry, Report, Trial
from trials.picture import charts
from trials.rules import objections
from trials.sentences import both
from trials.services import heard_in, judging_of, missing, rule_of, sentence_of_rule
from trials.services.measuring import TAKING
from trials.services.opening import data_opened
from trials.services.running import gaps
from trials.services.signing import SIDES, SIGNED, side_to_sign, signatures
from trials.showing import claim_shown, said
from trials.steering import milestones, progress, public_money, public_risks
from trials.timeline import CHECKLIST, timeline
from trials.workflow import REPORT, TRIAL

SIDES_SAID = {"department": _("Signed for the department"), "vendor": _("Signed for the vendor")}
Forms = Mapping[str, forms.Form]
BESIDE: Mapping[str, set[str]] = {  # what may be done in a state and leaves it as it is
    Report.Status.DRAFT: {"assign"},
    Report.Status.COMMENT: {"assign", "extend_comment"},
    Report.Status.VERIFICATION: {"assign", "comment_late"},
    Report.Status.PUBLISHED: {"correct", "erratum"},
}
Button = tuple[Any, str, type[forms.BaseForm] | None]

# verb → label, style, form; in the order of the buttons.
TRIAL_BUTTONS: dict[str, Button] = {
    "lock": (_("Lock the plan"), "", None),
    "sign": (_("Sign the plan"), "", None),
    "start": (_("Start the trial"), "", None),
    "resume": (_("Resume the trial"), "", None),
    "finish": (_("End the measuring and judge the claims"), "", None),
    "judge_again": (_("Judge the claims again"), "", None),
    "report": (_("Draft the report"), "", None),
    "pause": (_("Pause the trial"), "secondary", PublicReasonForm),
    "stop": (_("Stop the trial"), "warning", PublicReasonForm),
}
REPORT_BUTTONS: dict[str, Button] = {
    "hand_to_vendor": (_("Hand to the vendor"), "", None),
    "comment": (_("Comment"), "", CommentForm),
    "close_comment": (_("End the time for comments"), "secondary", None),
    "assign": (_("Assign the verifier"), "secondary", AssignForm),
    "extend_comment": (_("Give the vendor more time"), "secondary", ExtendCommentForm),
    "comment_late": (_("Send a late comment"), "secondary", LateCommentForm),
    "publish": (_("Verify, sign and publish"), "", VerifyForm),
    "send_back": (_("Send back"), "secondary", ReasonForm),
    "correct": (_("Put a wording right"), "secondary", CorrectWordingForm),
    "erratum": (_("Announce a correction"), "secondary", ErratumForm),
    "withdraw": (_("Withdraw the report"), "warning", PublicReasonForm),
}


def trial_context(request: HttpRequest, trial: Trial, bound: Forms | None = None) -> dict[str, Any]:
    """Everything that trials/detail.html reads; `bound` holds forms that were wrong, by verb."""
    user, bound = request.user, bound or {}
    claims = sorted(trial.claims.all(), key=lambda claim: (claim.position, claim.pk))
    inside = is_inside(user, trial)
    runs = user.has_perm("trials.change_trial", trial)
    entries = list(Entry.objects.about(trial).in_order())
    signed = signatures(entries)
    judging = judging_of(trial)
    possible = {*TRIAL.verbs_from(trial.status)} | to_sign(trial, user, signed)
    possible = possible - {"report"} if judging else possible
    possible |= {"judge_again"} if judging and judging.has_failed else set()
    log = sorted(trial.log.all(), key=lambda entry: (entry.on, entry.pk))
    return {
        "trial": trial,
        "inside": inside,
        "judging": judging,
        "runs": runs,
        "claims": [claim_shown(claim) for claim in claims],
        "charts": charts(trial, claims) if shows_readings(trial, inside=inside) else [],
        "shows_readings": shows_readings(trial, inside=inside),
        "may_take": may_take(user, trial, entries),
        "is_live": trial.status in LIVE,
        "live_verb": live_verb(user, trial),
        "may_climb": may_climb(user, trial),
        "rule": said(both(sentence_of_rule(rule_of(trial)), enough=ENOUGH)),
        "checklist": checklist(trial, entries),
        "dues": dues_shown(trial) if inside else [],
        "log": [entry for entry in log if entry.kind != LogEntry.Kind.NOTE or inside],
        "reports": list(trial.reports.visible_to(user).order_by("-version")),
        "timeline": timeline(entries, inside=inside),
        "signed": [(SIDES_SAID[side], signed.get(side)) for side in SIDES] if trial.plan_locked_at else [],
        "actions": actions(user, trial, "trial", TRIAL_BUTTONS, possible, bound),
        "missing": missing(trial) if runs and trial.status == Trial.Status.PLANNING else [],
        "may_edit": runs and trial.status == Trial.Status.PLANNING,
        "may_measure": runs and trial.status in TAKING,
        **how_it_stands(trial, entries, inside=inside, runs=runs),
        "may_survey": runs and trial.status in (*TAKING, Trial.Status.PLANNING),
        "heard": heard_in(trial) if trial.has_surveys and shows_readings(trial, inside=inside) else [],
        "documents": Document.objects.about(trial)
        .readable_by(user, is_author=user.is_authenticated and trial.engineer_id == user.pk)
        .order_by("pk"),
        "may_attach": user.has_perm("trials.attach_trial", trial),
        "followed": followed(user, trial),
    }


def how_it_stands(trial: Trial, entries: list[Entry], *, inside: bool, runs: bool) -> dict[str, Any]:
    """What this reader sees of its steering: milestones, and what the department lets everyone read."""
    rows = milestones(trial)
    return {
        "milestones": rows,
        "progress": progress(rows),
        "shows_money": inside or trial.shows_money,
        "money": public_money(trial),
        "risks": public_risks(trial),
        "not_ready": gaps(trial, entries) if runs and trial.status == Trial.Status.LOCKED else [],
    }


def dues_shown(trial: Trial) -> list[dict[str, Any]]:
    """The days of its reports; one query, and one for what is owed."""
    owed = set(trial.dues.owed().values_list("pk", flat=True))
    rows = sorted(trial.dues.all(), key=lambda due: (due.due_on, due.pk))
    return [{"due": due, "is_owed": due.pk in owed} for due in rows]


def checklist(trial: Trial, entries: list[Entry]) -> list[dict[str, Any]]:
    """Each item with who ticked it last, and the note that was left; of names only those inside see them."""
    ticked = {entry.details.get("item"): entry for entry in entries if entry.verb == "tick"}
    return [
        {"item": item, "label": label, "on": trial.checklist.get(item, ""), "entry": ticked.get(item)}
        for item, label in CHECKLIST.items()
    ]


def to_sign(trial: Trial, user: Any, signed: dict[str, Entry]) -> set[str]:
    """The verb, where this person has a side that has not signed yet."""
    if not user.is_authenticated or trial.status not in SIGNED:
        return set()
    return {"sign"} if side_to_sign(trial, user, signed) else set()


def report_context(request: HttpRequest, report: Report, bound: Forms | None = None) -> dict[str, Any]:
    """What both the page of a draft and that of a signed report read."""
    user = request.user
    inside = is_inside(user, report)
    errata = corrected.shown(report.errata.order_by("pk"))
    possible = {*REPORT.verbs_from(report.status)}
    possible |= BESIDE.get(report.status, set())
    return {
        "report": report,
        "trial": report.trial,
        "inside": inside,
        "actions": actions(user, report, "report", REPORT_BUTTONS, possible, bound or {}),
        "may_edit": report.status == Report.Status.DRAFT and user.has_perm("trials.change_report", report),
        "objections": verifier_objections(user, report),
        "errata": errata,
        "has_errata": any(one["number"] for one in errata),
        "versions": list(
            Report.objects.visible_to(user)
            .filter(trial=report.trial)
            .exclude(pk=report.pk)
            .order_by("-version")
        ),
        "timeline": timeline(Entry.objects.about(report).in_order(), inside=inside),
    }


def verifier_objections(user: Any, report: Report) -> list[str]:
    """Told to a verifier who may not sign this one, so that nobody wonders where the button is."""
    if (
        report.status != Report.Status.VERIFICATION
        or not user.is_authenticated
        or not user.has_role("verifier")
    ):
        return []
    return objections(report, user)


def may_climb(user: Any, trial: Trial) -> bool:
    """Whether this person can propose the next rung of a trial whose measuring is over."""
    is_over = trial.is_public and trial.status not in Trial.MEASURING
    return is_over and user.is_authenticated and user.has_perm("trials.climb_trial", trial)


def live_verb(user: Any, trial: Trial) -> str:
    """What this person can decide on the publicity of a running trial: "show", "hide" or nothing."""
    if trial.status not in Trial.MEASURING or not user.has_perm("trials.air_trial", trial):
        return ""
    return "hide" if trial.is_live_public else "show"


def shows_readings(trial: Trial, *, inside: bool) -> bool:
    """What was measured is public once the measuring is over; before, where the department allows."""
    return inside or trial.is_live_public or trial.status not in Trial.MEASURING


def may_take(user: Any, trial: Trial, entries: Iterable[Entry]) -> bool:
    """The file of all readings: for who takes part or verifies; for others as the department says."""
    if is_inside(user, trial) or (user.is_authenticated and user.has_role("verifier")):
        return True
    live = trial.status in Trial.MEASURING and trial.is_live_public
    return live or data_opened(entries) is not None


def is_inside(user: Any, thing: Trial | Report) -> bool:
    """Whether this reader takes part, so may read names; being able to see it is not enough."""
    if not user.is_authenticated:
        return False
    trial = thing.trial if isinstance(thing, Report) else thing
    return (
        any(user.is_member_of(organisation) for organisation in trial.parties.values())
        or trial.match.solution.has_author(user)
        or trial.engineer_id == user.pk
        or user.is_superuser
        or any(user.has_role(role) for role in ("office", "auditor"))
    )


def actions(
    user: User | Any,
    thing: Trial | Report,
    noun: str,
    buttons: Mapping[str, Button],
    possible: Any,
    bound: Forms,
) -> list[dict[str, Any]]:
    """What this person can do now: allowed by the rules and by the state."""
    return [
        {
            "verb": verb,
            "label": label,
            "style": style,
            "url": reverse(address(noun, verb), args=[thing.slug]),
            "form": form and (bound.get(verb) or form(auto_id=f"{verb}_%s")),
            "open": verb in bound,
        }
        for verb, (label, style, form) in buttons.items()
        if verb in possible and user.has_perm(f"trials.{verb}_{noun}", thing)
    ]


def address(noun: str, verb: str) -> str:
    """The URL name of a verb."""
    if noun == "trial":
        return "trials:draft-report" if verb == "report" else f"trials:{verb.replace('_', '-')}"
    return f"trials:report-{verb.replace('_', '-')}"


def followed(user: Any, trial: Trial) -> Follow | None:
    if not user.is_authenticated or not trial.is_public:
        return None
    return Follow.objects.filter(user=user, noun=trial._meta.label_lower, object_id=trial.pk).first()


def claims_of(report: Report) -> list[dict[str, Any]]:
    """The findings from the rows: only for a report that is not signed yet."""
    claims: list[Claim] = list(report.trial.claims.order_by("position", "pk"))
    return [claim_shown(claim) for claim in claims]
