"""Who may what with a solution. When it may be done is the workflow's to say."""

import rules

from accounts.models import User
from accounts.roles import (
    is_administrator,
    is_approver,
    is_auditor,
    is_expert,
    is_member,
    is_office,
    is_vendor,
)
from solutions.asking import departments_of
from solutions.models import CoAuthor, Nomination, Solution, SolutionDraft, Version, coauthored


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


@rules.predicate
def is_coauthor(user: User, solution: Solution | None = None) -> bool:
    """Of an organisation that has accepted to stand for it beside its vendor."""
    return solution is not None and user.is_authenticated and solution.pk in coauthored(user)


@rules.predicate
def is_editing_coauthor(user: User, solution: Solution | None = None) -> bool:
    return solution is not None and user.is_authenticated and coauthored(user).get(solution.pk, False)


@rules.predicate
def is_living(user: User, solution: Solution | None = None) -> bool:
    return solution is not None and solution.status in Solution.LIVING


is_author = is_member | is_coauthor
sees = is_public | is_author | is_auditor | is_administrator | (is_office & is_handed_in) | is_for_their_wish

rules.add_perm("solutions.view_solution", sees)
rules.add_perm(
    "solutions.view_confidential_solution",
    sees & (is_author | is_office | is_expert | is_auditor | is_administrator),
)
rules.add_perm("solutions.view_history_solution", is_author | is_office | is_auditor | is_administrator)
rules.add_perm("solutions.add_solution", is_vendor)
rules.add_perm("solutions.change_solution", is_editable & (is_member | is_editing_coauthor))
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
rules.add_perm("solutions.hide_version_solution", is_member | is_office)
rules.add_perm("solutions.answer_wish_solution", is_member)
rules.add_perm("solutions.name_coauthors_solution", is_living & is_member)


@rules.predicate
def sees_version(user: User, version: Version | None = None) -> bool:
    """As it may be seen of its solution."""
    if version is None:
        return False
    verb = "view_confidential" if version.is_confidential else "view"
    return user.has_perm(f"solutions.{verb}_solution", version.solution)


rules.add_perm("solutions.view_version", sees_version)


@rules.predicate
def edits_its_solution(user: User, draft: SolutionDraft | None = None) -> bool:
    """Changes of a solution are written together; what is no solution yet is the vendor's alone."""
    return draft is not None and user.is_authenticated and coauthored(user).get(draft.solution_id or 0, False)


for verb in ("view", "change", "delete"):
    rules.add_perm(f"solutions.{verb}_solutiondraft", is_member | edits_its_solution | is_administrator)


@rules.predicate
def is_of_its_vendor(user: User, coauthor: CoAuthor | None = None) -> bool:
    return (
        coauthor is not None
        and user.is_authenticated
        and user.is_member_of(coauthor.solution.organisation_id)
    )


# Of the row that names a co-author: `is_member` and `is_approver` are of the organisation that it names.
rules.add_perm("solutions.view_coauthor", is_member | is_of_its_vendor | is_auditor | is_administrator)
rules.add_perm("solutions.answer_coauthor", is_approver)
rules.add_perm("solutions.change_coauthor", is_of_its_vendor)


@rules.predicate
def has_an_organisation(user: User) -> bool:
    return user.is_authenticated and bool(user.membership_roles)


@rules.predicate
def is_of_nominator(user: User, nomination: Nomination | None = None) -> bool:
    return nomination is not None and user.is_authenticated and user.is_member_of(nomination.nominator_id)


@rules.predicate
def is_nominated(user: User, nomination: Nomination | None = None) -> bool:
    """Of the vendor, or the owner of the address that was written to."""
    if nomination is None or not user.is_authenticated:
        return False
    if nomination.vendor_id:
        return user.is_member_of(nomination.vendor_id)
    return Nomination.objects.concerning(user).filter(pk=nomination.pk).exists() and not is_of_nominator(
        user, nomination
    )


rules.add_perm("solutions.add_nomination", has_an_organisation)
rules.add_perm("solutions.view_nomination", is_of_nominator | is_nominated | is_auditor | is_administrator)
rules.add_perm("solutions.confirm_nomination", is_nominated)
rules.add_perm("solutions.decline_nomination", is_nominated)
rules.add_perm("solutions.take_back_nomination", is_of_nominator)
