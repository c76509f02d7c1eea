"""What the page of one solution shows this reader."""

from collections.abc import Iterable, Sequence
from typing import Any

from accounts.models import User
from innoportal.languages import listed
from journal.clock import clock
from journal.grounds import ground_of
from journal.models import Entry, Pledge
from solutions.answers import CONFIDENTIAL
from solutions.asking import references_of
from solutions.guidance import equivalents
from solutions.kit import ready_of
from solutions.models import CoAuthor, Solution, SolutionDraft, coauthored
from solutions.refreshing import is_asked
from solutions.trl import standings


def gone_context(solution: Solution) -> dict[str, Any]:
    """What solutions/gone.html reads: its name, and of one withdrawn the reason that its followers got."""
    verb = "withdraw" if solution.status == Solution.Status.WITHDRAWN else "expire"
    entry = Entry.objects.about(solution).filter(verb=verb).order_by("-pk").first()
    return {
        "title": solution.title,
        "reference": solution.reference,
        "is_withdrawn": verb == "withdraw",
        "at": entry and entry.at,
        "reason": entry.reason if entry and verb == "withdraw" else "",
        "ground": ground_of(entry) if entry else None,
    }


def readiness_context(solution: Solution) -> dict[str, Any]:
    """For everyone: how soon it could be tried, how far it is, what its certificates count as."""
    found = standings(solution.trl, {row.trl for row in solution.evidence.all()})
    missing = sorted(one.level.number for one in found if not one.is_shown and not one.is_claimed)
    return {
        "kit": ready_of(solution),
        "claimed": found[0] if found else None,
        "gaps": listed(missing),
        "equivalents": equivalents(solution.certificates),
    }


def inside_context(user: User, solution: Solution, entries: Sequence[Entry]) -> dict[str, Any]:
    """For the authors, the office and the auditor: what was asked, the clock, all answers to wishes."""
    return {
        "asked": last_asked(solution, entries),
        "dues": clock(entries, Pledge.objects.of(Solution._meta.label_lower)),
        "interests": solution.interests.order_by("pk"),
        "may_name_coauthors": user.has_perm("solutions.name_coauthors_solution", solution),
        "own_part": own_part(user, solution),
        "may_pitch": user.has_perm("solutions.answer_wish_solution", solution),
    }


def own_part(user: User, solution: Solution) -> CoAuthor | None:
    """By which a co-author's member reads it, and where it leaves again; no query for the others."""
    if user.is_member_of(solution.organisation_id) or solution.pk not in coauthored(user):
        return None
    rows = solution.coauthors.accepted().filter(organisation__in=list(user.membership_roles))
    return rows.order_by("pk").first()


def asker_context(user: User, solution: Solution, entries: Sequence[Entry]) -> dict[str, Any]:
    """For the department of a wish that it answers: what the vendor says to them, and what they asked."""
    if not user.is_authenticated or not user.membership_roles:
        return {}
    own = references_of(user)
    interests = solution.interests.filter(wish_reference__in=own).order_by("pk")
    return {"interests": interests, "asked": last_asked(solution, entries)}


def last_asked(solution: Solution, entries: Iterable[Entry]) -> Entry | None:
    """What the full form must say, while it is not here."""
    if not solution.is_expression:
        return None
    return next((one for one in reversed(list(entries)) if one.verb == "ask_full"), None)


def confidential_context(user: User, solution: Solution) -> dict[str, Any]:
    if not user.has_perm("solutions.view_confidential_solution", solution):
        return {"shows_confidential": False}
    parts = [
        (Solution._meta.get_field(name).verbose_name, getattr(solution, name))  # type: ignore[union-attr]
        for name in CONFIDENTIAL
        if getattr(solution, name)
    ]
    return {"shows_confidential": True, "confidential_parts": parts}


def writing_context(user: User, solution: Solution) -> dict[str, Any]:
    """For who can still change it: what is typed and not saved yet."""
    if not user.has_perm("solutions.change_solution", solution):
        return {"may_attach": False}
    draft = SolutionDraft.objects.filter(solution=solution).select_related("updated_by").first()
    return {"may_attach": True, "unsaved": draft, "is_asked": is_asked(solution)}
