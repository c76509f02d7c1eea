"""Who may what on venues, trials and reports."""

import rules
from django.utils.translation import gettext as _

from accounts.roles import (
    is_administrator,
    is_approver,
    is_auditor,
    is_creator,
    is_engineer,
    is_member,
    is_office,
    is_verifier,
)
from journal.models import Entry
from matching.models.conflict import declared_by
from trials.adopters import may_speak, seat_at
from trials.models import Amendment, Report, Trial

AUTHORING = ("draft", "edit", "hand_to_vendor")  # who hands it over signs it first


def _of_trial(thing: Trial | Report | Amendment) -> Trial:
    return thing.trial if isinstance(thing, Report | Amendment) else thing


@rules.predicate
def is_public(user, thing=None) -> bool:
    return thing is not None and thing.is_public


@rules.predicate
def is_its_engineer(user, thing=None) -> bool:
    return thing is not None and user.is_authenticated and _of_trial(thing).engineer_id == user.pk


@rules.predicate
def is_of_department(user, thing=None) -> bool:
    return thing is not None and user.is_authenticated and user.is_member_of(thing.parties["department"])


@rules.predicate
def approves_for_department(user, thing=None) -> bool:
    return thing is not None and user.is_authenticated and user.is_approver_of(thing.parties["department"])


@rules.predicate
def is_of_vendor(user, thing=None) -> bool:
    return thing is not None and user.is_authenticated and user.is_member_of(thing.parties["vendor"])


@rules.predicate
def is_author(user, thing=None) -> bool:
    """Of the vendor, or of an organisation that co-authors the solution."""
    return thing is not None and _of_trial(thing).match.solution.has_author(user)


@rules.predicate
def approves_for_vendor(user, thing=None) -> bool:
    return thing is not None and user.is_authenticated and user.is_approver_of(thing.parties["vendor"])


@rules.predicate
def is_under_way(user, trial=None) -> bool:
    return trial is not None and trial.status != Trial.Status.CLOSED


@rules.predicate
def is_draft(user, report=None) -> bool:
    return report is not None and report.status == Report.Status.DRAFT


@rules.predicate
def is_in_verification(user, report=None) -> bool:
    return report is not None and report.status == Report.Status.VERIFICATION


def conflicts(report: Report, user, *, wrote: bool | None = None) -> list[str]:
    """Codes of why this person's signature would not be independent; one query less if `wrote` is known."""
    trial = report.trial
    if wrote is None:
        wrote = Entry.objects.about(report).filter(verb__in=AUTHORING, actor_id=user.pk).exists()
    is_vendor = user.is_member_of(trial.parties["vendor"])
    found = {
        "vendor": is_vendor,
        "co_author": not is_vendor and trial.match.solution.has_author(user),
        "department": user.is_member_of(trial.parties["department"]),
        "engineer": trial.engineer_id == user.pk,
        "wrote": report.created_by_id == user.pk or wrote,
        "declared": _has_declared(user, report),
    }
    return [code for code, is_so in found.items() if is_so]


def objections(report: Report, user, *, wrote: bool | None = None) -> list[str]:
    """The same, said to that person, and that another was chosen."""
    said = {
        "vendor": _("You belong to the vendor."),
        "co_author": _("You belong to a co-author of the solution."),
        "department": _("You belong to the department that made the wish."),
        "engineer": _("You are the engineer of this trial."),
        "wrote": _("You wrote on this report."),
        "declared": _("You have declared a conflict of interest with one of the parties."),
    }
    found = [said[code] for code in conflicts(report, user, wrote=wrote)]
    if report.assigned_id not in (None, user.pk):
        found.append(_("Another verifier is assigned to this report."))
    return found


def _has_declared(user, report: Report) -> bool:
    """As a judge of matches; asked of the authors only where the person ever declared anything."""
    declared = declared_by(user)
    if not declared:
        return False
    match = report.trial.match
    return not declared.isdisjoint({match.wish.organisation_id, *match.solution.author_ids()})


@rules.predicate
def is_independent(user, report=None) -> bool:
    return report is not None and user.is_authenticated and not objections(report, user)


reads_all = is_office | is_auditor | is_administrator
runs = is_its_engineer | is_office

rules.add_perm("trials.view_venue", rules.always_allow)
rules.add_perm("trials.book_venue", is_office | is_engineer)
rules.add_perm("trials.add_venue", is_administrator)
rules.add_perm("trials.change_venue", is_administrator)
rules.add_perm("trials.delete_venue", is_administrator)

rules.add_perm("trials.view_trial", is_public | reads_all | is_its_engineer | is_of_department | is_author)
rules.add_perm("trials.add_trial", is_office | is_engineer | approves_for_department)  # of a match
rules.add_perm("trials.change_trial", runs)
rules.add_perm("trials.lock_trial", runs)
rules.add_perm("trials.sign_trial", approves_for_department | approves_for_vendor)
rules.add_perm("trials.tick_trial", runs)
rules.add_perm("trials.start_trial", runs)
rules.add_perm("trials.pause_trial", runs)
rules.add_perm("trials.resume_trial", runs)
rules.add_perm("trials.stop_trial", runs)
rules.add_perm("trials.finish_trial", runs)
rules.add_perm("trials.judge_again_trial", runs)
rules.add_perm("trials.measure_trial", runs)
rules.add_perm("trials.log_trial", runs)
rules.add_perm("trials.survey_trial", runs)
rules.add_perm("trials.open_data_trial", approves_for_department)
rules.add_perm("trials.close_data_trial", approves_for_department)
rules.add_perm("trials.climb_trial", is_office | is_engineer | approves_for_department)
rules.add_perm("trials.air_trial", approves_for_department)  # while it measures
rules.add_perm("trials.attach_trial", (runs | is_of_department | is_of_vendor) & is_under_way)
rules.add_perm("trials.spend_trial", runs)
rules.add_perm("trials.report_trial", runs)
rules.add_perm("trials.read_dues_trial", reads_all | is_its_engineer | is_of_department | is_author)
rules.add_perm("trials.move_due_trial", is_office)
rules.add_perm("trials.interim_trial", runs)
rules.add_perm("trials.change_term", is_office)

# How it is steered: those who take part read it, and the journal says who did what.
takes_part = is_its_engineer | is_of_department | is_author
on_a_side = is_of_department | is_of_vendor
decides = approves_for_department | approves_for_vendor
rules.add_perm("trials.steer_trial", reads_all | takes_part)
rules.add_perm("trials.milestone_trial", runs)
rules.add_perm("trials.risk_trial", runs | on_a_side)
rules.add_perm("trials.acknowledge_trial", is_office | on_a_side)
rules.add_perm("trials.close_incident_trial", runs)
rules.add_perm("trials.propose_trial", runs | on_a_side)
rules.add_perm("trials.decide_trial", decides)
rules.add_perm("trials.minute_trial", runs)
rules.add_perm("trials.budget_trial", runs)
rules.add_perm("trials.show_trial", approves_for_department)

rules.add_perm(
    "trials.view_report",
    is_public
    | reads_all
    | is_its_engineer
    | is_of_department
    | (is_author & ~is_draft)
    | (is_verifier & is_in_verification),
)
rules.add_perm("trials.change_report", runs)
rules.add_perm("trials.hand_to_vendor_report", runs)
rules.add_perm("trials.comment_report", is_of_vendor)
rules.add_perm("trials.close_comment_report", is_office)
rules.add_perm("trials.assign_report", is_office)
rules.add_perm("trials.extend_comment_report", is_office)
rules.add_perm("trials.comment_late_report", is_of_vendor)
rules.add_perm("trials.send_back_report", is_verifier & is_independent)
rules.add_perm("trials.publish_report", is_verifier & is_independent)
rules.add_perm("trials.erratum_report", runs)
rules.add_perm("trials.correct_report", runs)
rules.add_perm("trials.withdraw_report", is_office)
rules.add_perm("trials.amend_report", runs)


@rules.predicate
def is_in_effect(user, amendment=None) -> bool:
    return amendment is not None and amendment.is_in_effect


@rules.predicate
def proposed_it(user, amendment=None) -> bool:
    return amendment is not None and user.is_authenticated and amendment.proposed_by_id == user.pk


@rules.predicate
def is_neutral(user, amendment=None) -> bool:
    return amendment is not None and user.is_authenticated and not is_biased(amendment, user)


def is_biased(amendment: Amendment, user, *, wrote: bool | None = None) -> bool:
    """Whether this person's word on it would not be that of a third one, as for the report itself."""
    return amendment.proposed_by_id == user.pk or bool(conflicts(amendment.report, user, wrote=wrote))


rules.add_perm(
    "trials.view_amendment",
    is_in_effect | is_verifier | reads_all | is_its_engineer | is_of_department | is_author,
)
rules.add_perm("trials.agree_amendment", is_verifier & is_neutral)
rules.add_perm("trials.decline_amendment", is_verifier & is_neutral)
rules.add_perm("trials.withdraw_amendment", proposed_it)


@rules.predicate
def may_use(user, solution=None) -> bool:
    return solution is not None and solution.is_public and bool(may_speak(user, solution))


@rules.predicate
def is_second_person(user, confirmation=None) -> bool:
    """Who approves there and did not write it; never of who offers the solution."""
    return (
        confirmation is not None
        and user.is_authenticated
        and seat_at(confirmation, user) is not None
        and not confirmation.solution.has_author(user)
    )


# An administrator's "may do all" does not count for the first and the third: they ask for a person of theirs.
rules.add_perm("trials.add_confirmation", may_use)  # of a solution
rules.add_perm("trials.view_confirmation", is_member | reads_all)
rules.add_perm("trials.confirm_confirmation", is_second_person)
rules.add_perm("trials.drop_confirmation", is_approver | (is_member & is_creator))
rules.add_perm("trials.end_confirmation", is_approver | is_office)
