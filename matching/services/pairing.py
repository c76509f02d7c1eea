"""One wish and one solution by the numbers that people use, matched or not."""

import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from matching.engine import Weights
from matching.models import Match
from matching.services import retrievers
from matching.services.profiles import prepared, profiles
from matching.services.ranking import active_ranker
from matching.services.writing import Things, plain
from matching.texts import engine_version
from solutions.models import Solution
from wishes.models import Wish

Thing = Wish | Solution
SIDES: dict[str, type[Wish] | type[Solution]] = {"w": Wish, "s": Solution}
NUMBER = re.compile(
    r"(?:(?P<side>[WS])-(?P<year>\d{4})-(?P<serial>\d{4,6})|(?P<of>[ws]?)(?P<pk>\d{1,18}))", re.I
)


class Unanswerable(ValueError):
    """What was asked names nothing that can be matched; the message says why, for who asked."""


def pair_of(one: str, other: str) -> tuple[Wish, Solution]:
    """The two in either order; keys alone are those of the wish and of the solution.

    :raises Unanswerable: as `thing_of`, or both are of one kind.
    """
    found = thing_of(one, "w"), thing_of(other, "s")
    wish = next((thing for thing in found if isinstance(thing, Wish)), None)
    solution = next((thing for thing in found if isinstance(thing, Solution)), None)
    if wish is None or solution is None:
        raise Unanswerable(_("One wish and one solution are needed; both that were named are of one kind."))
    return wish, solution


def thing_of(name: str, place: str = "") -> Thing:
    """`W-2026-0001`, `w12`, or `12` where the place tells its kind.

    :raises Unanswerable: it is no such name, nothing has it, or what has it is not public.
    """
    read = NUMBER.fullmatch(name.strip())
    side = (read["side"] or read["of"] or place).lower() if read else ""
    if not read or not side:
        raise Unanswerable(
            _("“%(name)s” is no number of a wish (W-2026-0001, w12) nor of a solution (S-2026-0001, s12).")
            % {"name": name}
        )
    by = {"pk": int(read["pk"])} if read["pk"] else {"reference": name.strip().upper()}
    thing = SIDES[side].objects.select_related("organisation").filter(**by).first()
    if thing is None:
        raise Unanswerable(missing(side) % {"name": name})
    if not thing.is_public:
        raise Unanswerable(
            _("%(name)s is not public (%(status)s), so nothing is matched with it.")
            % {"name": name, "status": thing.get_status_display()}
        )
    return thing


def missing(side: str) -> str:
    return _("There is no wish %(name)s.") if side == "w" else _("There is no solution %(name)s.")


def matches_of(thing: Thing) -> QuerySet[Match]:
    """The matches of a thing with what can still be tried, the likeliest first."""
    side = "wish" if isinstance(thing, Wish) else "solution"
    rows = Match.objects.filter(**{side: thing}).live().select_related("wish", "solution", "ranker")
    return rows.order_by("-probability", "pk")


def match_of(wish: Wish, solution: Solution) -> Match:
    """The row of the two; where there is none, one that is computed now and not saved (`pk` is None)."""
    row = Match.objects.filter(wish=wish, solution=solution).select_related("ranker").first()
    if row is None:
        return computed(wish, solution)
    row.wish, row.solution = wish, solution
    return row


def computed(wish: Wish, solution: Solution) -> Match:
    """As a rematch would write it, place 0: no list holds it.

    :raises Unanswerable: one of the two vanished from the public while it was read.
    """
    profiles([wish])
    profiles([solution])
    known = prepared("wish", [wish.pk])
    key = f"s{solution.pk}"
    retriever = retrievers.current(max_age=0)
    hits = retriever.search(known[wish.pk], "solution", 1, {key}) if wish.pk in known else []
    if not hits:
        raise Unanswerable(_("One of the two is not public any more."))
    ranker = active_ranker()
    pair = (wish.pk, solution.pk)
    result = Things.of([pair]).score(pair, hits[0].signals, Weights.from_dict(ranker.weights))
    return Match(
        wish=wish,
        solution=solution,
        probability=result.probability,
        rank=0,
        feasibility=result.feasibility.verdict,
        confidence=result.confidence,
        signals=hits[0].signals,
        score=plain(result),
        ranker=ranker,
        engine_version=engine_version(),
    )
