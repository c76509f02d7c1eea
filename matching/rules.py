"""Who may do what with a match; whether it can be done now is the workflow's business."""

import rules

from accounts.models import User
from accounts.roles import is_administrator, is_auditor, is_engineer, is_expert, is_member, is_office
from matching.models import Match


@rules.predicate
def is_public(user: User, match: Match | None = None) -> bool:
    return match is not None and match.is_public


@rules.predicate
def is_of_department(user: User, match: Match | None = None) -> bool:
    return match is not None and user.is_authenticated and user.is_member_of(match.wish.organisation_id)


@rules.predicate
def is_department_approver(user: User, match: Match | None = None) -> bool:
    return match is not None and user.is_authenticated and user.is_approver_of(match.wish.organisation_id)


@rules.predicate
def is_of_vendor(user: User, match: Match | None = None) -> bool:
    """Or of an organisation that co-authors the solution."""
    return match is not None and match.solution.has_author(user)


@rules.predicate
def is_told_to_vendor(user: User, match: Match | None = None) -> bool:
    return match is not None and match.status in Match.TOLD_TO_VENDOR


is_judge = is_expert | is_office | is_auditor | is_administrator

rules.add_perm(
    "matching.view_match", is_public | is_judge | is_of_department | (is_of_vendor & is_told_to_vendor)
)
rules.add_perm("matching.view_score_match", is_judge | is_of_department)
rules.add_perm("matching.view_findings_match", is_judge | is_of_department | is_of_vendor)
rules.add_perm("matching.view_reviews_match", is_judge)
rules.add_perm("matching.view_experts_match", is_judge)
rules.add_perm("matching.shortlist_match", is_of_department | is_office)
rules.add_perm("matching.open_review_match", is_department_approver | is_office)
rules.add_perm("matching.review_match", is_expert)
rules.add_perm("matching.decline_match", is_office)
rules.add_perm("matching.reopen_match", is_office)
rules.add_perm("matching.start_trial_match", is_office | is_engineer)
rules.add_perm("matching.close_match", is_office)
rules.add_perm("matching.climb_match", is_office | is_engineer | is_department_approver)
rules.add_perm("matching.view_queue", is_judge)
rules.add_perm("matching.add_conflict", is_expert)
rules.add_perm("matching.view_ranker", is_office | is_auditor | is_administrator)
rules.add_perm("matching.activate_ranker", is_office | is_administrator)

reads_all = is_office | is_auditor | is_administrator

rules.add_perm("matching.view_run", reads_all)
rules.add_perm("matching.start_run", is_office | is_administrator)
rules.add_perm("matching.cancel_run", is_office | is_administrator)

rules.add_perm("matching.view_duplicates", reads_all)
rules.add_perm("matching.same_duplicate", is_office)
rules.add_perm("matching.not_same_duplicate", is_office)
rules.add_perm("matching.view_engine", reads_all)
rules.add_perm("matching.view_term", reads_all)
rules.add_perm("matching.add_term", is_administrator)
rules.add_perm("matching.edit_term", is_administrator)
rules.add_perm("matching.deactivate_term", is_administrator)
rules.add_perm("matching.activate_term", is_administrator)

# Of the call: its department and the portal office go through the answers.
rules.add_perm("matching.triage_call", is_office | is_member)
rules.add_perm("matching.view_triage_call", is_office | is_member | is_auditor)
