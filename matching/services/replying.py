"""Answers to a rapid call whose vendor was asked for the full form, or has sent it, in their list."""

from accounts.models import Role, User
from matching.models import Answer
from matching.services.estimating import answered_wishes
from matching.workflow import ANSWERS
from solutions.models import Solution


def replied(solution: Solution, *, by: User | None) -> int:
    """In the transaction that hands the solution in; how many answers are new again."""
    rows = Answer.objects.filter(solution=solution, status=Answer.Status.WANTING)
    waiting = rows.select_for_update(of=("self",)).select_related("wish", "solution").order_by("pk")
    for answer in waiting:
        ANSWERS["reply"].apply(answer, by=by)
    return len(waiting)


def asked(solution: Solution, *, by: User | None, reason: str) -> int:
    """In the transaction that asks on the solution's own page; how many answers wait for the vendor now.

    A department asks for its own wishes, the office for all. Who asks from the list has said of which answer:
    then no other is touched.
    """
    wishes = answered_wishes(solution)
    if Answer.objects.filter(solution=solution, status=Answer.Status.WANTING).exists():
        return 0
    new = [Answer(wish_id=wish, solution=solution) for wish in wishes]
    Answer.objects.bulk_create(new, ignore_conflicts=True)
    rows = Answer.objects.filter(solution=solution, wish__in=wishes).select_for_update(of=("self",))
    want = ANSWERS["want"]
    own = [one for one in rows.select_related("wish", "solution").order_by("pk") if _is_asked_for(one, by)]
    waiting = [one for one in own if want.allows(one)]
    for answer in waiting:
        want.apply(answer, by=by, reason=reason)
    return len(waiting)


def _is_asked_for(answer: Answer, by: User | None) -> bool:
    return by is not None and (by.has_role(Role.OFFICE) or by.is_member_of(answer.wish.organisation_id))
