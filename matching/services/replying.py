"""What was asked for of an answer to a rapid call has come: it is to be gone through again."""

from accounts.models import User
from matching.models import Answer
from matching.workflow import ANSWERS
from solutions.models import Solution


def replied(solution: Solution, *, by: User | None) -> int:
    """In the transaction that hands the solution in; how many answers are new again."""
    rows = Answer.objects.filter(solution=solution, status=Answer.Status.WANTING)
    waiting = rows.select_for_update(of=("self",)).select_related("wish", "solution").order_by("pk")
    for answer in waiting:
        ANSWERS["reply"].apply(answer, by=by)
    return len(waiting)
