"""Who may what with a solution. When it may be done is the workflow's to say."""

import rules

from accounts.models import User
from accounts.roles import (
    is_administrator,
    is_auditor,
    is_expert,
    is_member,
    is_office,
    is_vendor,
)
from solutions.asking import departments_of
from solutions.models import Solution, Version


@rules.predicate
def is_public(user: User, solution: Solution | None = None) -> bool:
    return solution is not None and solution.is_public


@rules.predicate
def is_handed_in(user: User, solution: Solution | None = None) -> bool:
    return solution is not None and solution.status != Solution.Status.DRAFT


@rules.predicate
def is_for_their_wish(user: User, solution: Solution | None = None) -> bool:
    """Handed in for a wish of one's department."""
    if solution is None or not user.is_authenticated or solution.status not in Solution.ANSWERING:
        return False
    return any(user.is_member_of(pk) for pk in departments_of(solution)) if user.membership_roles else False


@rules.predicate
def is_editable(user: User, solution: Solution | None = None) -> bool:
    return solution is not None and solution.status in Solution.EDITABLE


sees = is_public | is_member | is_auditor | is_administrator | (is_office & is_handed_in) | is_for_their_wish

rules.add_perm("solutions.view_solution", sees)
rules.add_perm(
    "solutions.view_confidential_solution",
    sees & (is_member | is_office | is_expert | is_auditor | is_administrator),
)
rules.add_perm("solutions.view_history_solution", is_member | is_office | is_auditor | is_administrator)
rules.add_perm("solutions.add_solution", is_vendor)
rules.add_perm("solutions.change_solution", is_editable & is_member)
rules.add_perm("solutions.submit_solution", is_member)
rules.add_perm("solutions.complete_solution", is_member)
rules.add_perm("solutions.ask_full_solution", is_office | is_for_their_wish)
rules.add_perm("solutions.acknowledge_solution", is_office)
rules.add_perm("solutions.return_solution", is_office)
rules.add_perm("solutions.list_solution", is_office)
rules.add_perm("solutions.refuse_solution", is_office)
rules.add_perm("solutions.reconsider_solution", is_office)
rules.add_perm("solutions.expire_solution", is_office)
rules.add_perm("solutions.renew_solution", is_member)
rules.add_perm("solutions.confirm_solution", is_member)
rules.add_perm("solutions.withdraw_solution", is_member | is_office)
rules.add_perm("solutions.answer_wish_solution", is_member)


@rules.predicate
def sees_version(user: User, version: Version | None = None) -> bool:
    """As it may be seen of its solution."""
    if version is None:
        return False
    verb = "view_confidential" if version.is_confidential else "view"
    return user.has_perm(f"solutions.{verb}_solution", version.solution)


rules.add_perm("solutions.view_version", sees_version)
for verb in ("view", "change", "delete"):
    rules.add_perm(f"solutions.{verb}_solutiondraft", is_member | is_administrator)
