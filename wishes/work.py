"""What waits for a person among the wishes, and what they wait for there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, SOON, Row
from journal.clock import with_dues
from wishes.models import Question, Wish, WishDraft
from wishes.stand import seat, stands
from wishes.writing import WRITER

S = Wish.Status
PENDING = (S.ENDORSEMENT, S.SCREENING, S.RETURNED)


def work(user: User) -> Iterator[Row]:
    """A fixed number of queries, however many wishes there are."""
    mine = list(user.membership_roles)
    wishes = with_dues(_waiting(user, mine)) if mine or user.has_role(Role.OFFICE) else []
    yield from _steps(user, wishes)
    if mine:
        yield from _questions(mine)
        yield from _writing(user, mine)


def _waiting(user: User, mine: list[int]) -> QuerySet[Wish]:
    """Those of the own organisations that are on their way or near their end; for the office, of all."""
    near = timezone.localdate() + timedelta(days=SOON)
    own = Q(status__in=PENDING) | Q(status=S.DRAFT, created_by=user) | Q(status=S.OPEN, closes_on__lte=near)
    wanted = Q(organisation__in=mine) & own
    if user.has_role(Role.OFFICE):
        wanted |= Q(status__in=(S.SCREENING, S.RETURNED))
    rows = Wish.objects.visible_to(user).filter(wanted).select_related("organisation")
    return rows.order_by(F("endorsed_at").asc(nulls_last=True), "updated_at", "pk")[:MOST]


def _steps(user: User, wishes: list[Any]) -> Iterator[Row]:
    waiting = [wish for wish in wishes if wish.status == S.ENDORSEMENT]
    rounds = stands(waiting) if waiting else {}
    for wish in wishes:
        has_seat = wish.pk in rounds and seat(user, rounds[wish.pk]) is not None
        task, is_mine = _task(user, wish, has_seat)
        until = wish.closes_on if wish.status == S.OPEN else None
        yield Row(
            task=task,
            title=wish.title,
            url=wish.get_absolute_url(),
            thing=wish,
            note=wish.organisation.name,
            due=wish.due,
            until=until,
            since=wish.updated_at,
            mine=is_mine,
        )


def _task(user: User, wish: Wish, has_seat: bool) -> tuple[str, bool]:
    """What comes next, and whether it is this person's to do."""
    is_own = user.is_member_of(wish.organisation_id)
    if wish.status == S.ENDORSEMENT:
        return (_("Endorse this wish, or send it back"), True) if has_seat else (party("department"), False)
    if wish.status == S.SCREENING:
        is_office = user.has_role(Role.OFFICE)
        return (_("Screen this wish"), True) if is_office else (party("office"), False)
    if wish.status == S.RETURNED:
        return (
            (_("Answer the questions and hand it in again"), True) if is_own else (party("department"), False)
        )
    if wish.status == S.DRAFT:
        return _("Finish this wish and send it for endorsement"), True
    return _("Renew this wish, or let it close"), True


def _questions(mine: list[int]) -> Iterator[Row]:
    asked = Question.objects.filter(
        wish__organisation__in=mine, wish__status__in=Wish.PUBLIC, answered_at=None
    )
    for question in asked.select_related("wish__organisation").order_by("asked_at")[:MOST]:
        yield Row(
            task=_("Answer a vendor's question"),
            title=question.wish.title,
            url=f"{question.wish.get_absolute_url()}#questions",
            thing=question.wish,
            note=question.text[:160],
            since=question.asked_at,
        )


def _writing(user: User, mine: list[int]) -> Iterator[Row]:
    """What this person typed last; a colleague's draft is the colleague's to finish."""
    drafts = WishDraft.objects.filter(organisation__in=mine, updated_by=user).select_related("organisation")
    for draft in drafts.order_by("-updated_at")[:MOST]:
        yield Row(
            task=_("Go on writing your wish"),
            title=WRITER.title_of(draft.answers),
            url=draft.get_absolute_url(),
            note=draft.organisation.name,
            since=draft.updated_at,
        )
