"""What waits for a person among the matches, and what they wait for there."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row
from journal.clock import with_dues
from matching import waiting
from matching.models import Match
from solutions.models import of_authors
from wishes.models import Wish

S = Match.Status


def work(user: User) -> Iterator[Row]:
    """A fixed number of queries, however many matches there are."""
    mine = list(user.membership_roles)
    is_expert, is_office = user.has_role(Role.EXPERT), user.has_role(Role.OFFICE)
    if not (mine or is_expert or is_office):
        return
    to_judge = set(waiting.for_expert(user).values_list("pk", flat=True)[:MOST]) if is_expert else set()
    rows = _moving(user, to_judge, mine, is_office)
    for match in with_dues(
        rows.for_rows().annotate(since=F("created_at")).order_by("created_at", "pk")[:MOST]
    ):
        task, is_mine = _task(user, match, to_judge, is_office)
        yield _row(match, task, is_mine)
    if mine:
        yield from _suggested(user)


def _moving(user: User, to_judge: set[int], mine: list[int], is_office: bool) -> Any:
    """Picked or under review: of the own wishes and solutions, and what this person judges."""
    wanted = Q(pk__in=to_judge) | Q(
        wish__organisation__in=mine, status__in=(S.SHORTLISTED, S.REVIEW, S.WANTING)
    )
    wanted |= of_authors(mine, "solution__") & Q(status=S.WANTING)
    if user.has_role(Role.EXPERT):
        wanted |= Q(status=S.REVIEW, pk__in=user.reviews.values("match"))
    if is_office:
        wanted |= Q(status__in=(S.SHORTLISTED, S.REVIEW, S.WANTING))
    return Match.objects.visible_to(user).live().filter(wanted)


def _task(user: User, match: Match, to_judge: set[int], is_office: bool) -> tuple[str, bool]:
    """What comes next, and whether it is this person's to do."""
    if match.status == S.REVIEW:
        return (
            (_("Judge whether this is worth a trial"), True)
            if match.pk in to_judge
            else (party("expert"), False)
        )
    if match.status == S.SHORTLISTED:
        return (_("Ask the experts, or decline"), True) if is_office else (party("office"), False)
    if user.is_member_of(match.solution.organisation_id):
        return _("Tell the experts what they ask for"), True
    return party("vendor"), False


def _row(match: Any, task: str, is_mine: bool) -> Row:
    return Row(
        task=task,
        title=match.solution.title,
        url=match.get_absolute_url(),
        thing=match,
        note=match.wish.title,
        due=match.due,
        since=match.since,
        mine=is_mine,
    )


def _suggested(user: User) -> Iterator[Row]:
    """One row for each wish of which nothing was picked yet: to look at suggestions is one thing to do."""
    found = waiting.for_department(user).filter(status=S.SUGGESTED)
    counts = dict(
        found.filter(wish__status=Wish.Status.OPEN)
        .values_list("wish")
        .annotate(Count("pk"))
        .order_by("wish")[:MOST]
    )
    for wish in (
        Wish.objects.filter(pk__in=counts).select_related("organisation").order_by("published_at", "pk")
    ):
        words = ngettext(
            "Look at %(count)s suggested solution", "Look at %(count)s suggested solutions", counts[wish.pk]
        )
        yield Row(
            task=words % {"count": counts[wish.pk]},
            title=wish.title,
            url=f"{wish.get_absolute_url()}#matches",
            thing=wish,
            note=wish.organisation.name,
            since=wish.published_at,
        )
