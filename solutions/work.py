"""What waits for a person among the solutions, and what they wait for there."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Role, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row
from journal.clock import with_dues
from solutions.models import CoAuthor, Nomination, Solution, of_authors

S = Solution.Status
WITH_OFFICE = (S.SUBMITTED, S.SCREENING)


def work(user: User) -> Iterator[Row]:
    """Five queries, however many solutions there are."""
    yield from _nominated(user)
    mine = list(user.membership_roles)
    if not mine and not user.has_role(Role.OFFICE):
        return
    for solution in with_dues(_waiting(user, mine)):
        task, is_mine = _task(user, solution)
        yield Row(
            task=task,
            title=solution.title,
            url=solution.get_absolute_url(),
            thing=solution,
            note=solution.organisation.name,
            due=solution.due,
            since=solution.updated_at,
            mine=is_mine,
        )
    yield from _asked_to_co_author(user)


def _nominated(user: User) -> Iterator[Row]:
    """What somebody wrote for this person's organisation, and what theirs wrote for others; one query."""
    rows = Nomination.objects.waiting().concerning(user)
    for one in rows.select_related("nominator", "vendor").order_by("expires_on", "pk")[:MOST]:
        is_mine = not user.is_member_of(one.nominator_id)
        yield Row(
            task=_("Confirm or decline what was nominated for you") if is_mine else party("vendor"),
            title=one.title,
            url=one.get_absolute_url(),
            note=one.nominator.name if is_mine else one.offered_by,
            until=one.expires_on,
            since=one.created_at,
            mine=is_mine,
        )


def _asked_to_co_author(user: User) -> Iterator[Row]:
    """Invitations that wait: an approver answers, the others of the organisation know of it."""
    if not user.membership_roles:
        return
    rows = CoAuthor.objects.waiting().filter(organisation__in=list(user.membership_roles))
    rows = rows.filter(solution__status__in=Solution.LIVING)
    for one in rows.select_related("solution__organisation").order_by("invited_at", "pk")[:MOST]:
        yield Row(
            task=_("Answer whether your organisation co-authors this solution"),
            title=one.solution.title,
            url=one.get_absolute_url(),
            note=one.solution.organisation.name,
            since=one.invited_at,
            mine=user.is_approver_of(one.organisation_id),
        )


def _waiting(user: User, mine: list[int]) -> QuerySet[Solution]:
    """Of the own organisations what is not settled; for the office what is handed in, of all."""
    wanted = of_authors(mine) & Q(status__in=(S.DRAFT, *WITH_OFFICE, S.RETURNED, S.EXPIRED))
    if user.has_role(Role.OFFICE):
        wanted |= Q(status__in=(*WITH_OFFICE, S.RETURNED))
    rows = Solution.objects.visible_to(user).filter(wanted)
    return rows.select_related("organisation").order_by("updated_at", "pk")[:MOST]


def _task(user: User, solution: Any) -> tuple[str, bool]:
    """What comes next, and whether it is this person's to do."""
    is_own = user.is_member_of(solution.organisation_id)
    if solution.status in WITH_OFFICE:
        if not user.has_role(Role.OFFICE):
            return party("office"), False
        if solution.status == S.SUBMITTED:
            return _("Confirm that you have this solution"), True
        return _("Screen this solution"), True
    if not is_own:
        return party("vendor"), False
    if solution.status == S.RETURNED:
        return _("Answer the questions and hand in this solution again"), True
    if solution.status == S.EXPIRED:
        return _("Renew this solution, or let it go"), True
    return _("Finish this solution and hand it in"), True
