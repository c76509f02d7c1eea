"""How well answers to a rapid call fit that no match tells of: the engine on texts that are not public."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from matching.engine import Hit, Weights
from matching.models import Estimate, Match, Ranker
from matching.services import retrievers, versions
from matching.services.profiles import prepared, profiles
from matching.services.ranking import active_ranker
from matching.services.writing import Pair, Things, plain
from solutions.models import Interest, Solution
from wishes.models import Call, Wish

# Drafts and what was taken back are no answers; what was given back is read as the department may read it.
READ = (
    *(Solution.Status.SUBMITTED, Solution.Status.SCREENING, Solution.Status.RETURNED),
    *(Solution.Status.LISTED, Solution.Status.NOT_SUITABLE, Solution.Status.EXPIRED),
)
BATCH = 64  # texts of which the models hold the vectors at once
WRITTEN = ("probability", "feasibility", "confidence", "signals", "score", "ranker", "engine_version")
SEEN = ("wish_seen_at", "solution_seen_at", "computed_at")


def estimate(wish_ids: Iterable[int] | None = None) -> int:
    """Measure the answers to these wishes, or to all, where one is new or has changed; how many.

    All answers to a wish are measured beside each other, so that none gains by having come first. The texts
    get a profile that is not public, as for duplicates: no search finds them. Twice: none.
    """
    wishes = {one.reference: one for one in _wishes(wish_ids)}
    answers = _unmatched(list(wishes))
    due = set(answers.filter(~Exists(_fresh())).values_list("wish_reference", flat=True))
    given: dict[str, list[Solution]] = {}
    for one in answers.filter(wish_reference__in=due).select_related("solution").order_by("pk"):
        given.setdefault(one.wish_reference, []).append(one.solution)
    return sum(_measure(wishes[reference], solutions) for reference, solutions in given.items())


def _wishes(ids: Iterable[int] | None) -> QuerySet[Wish]:
    rows = Wish.objects.public().filter(call__kind=Call.Kind.RAPID)
    return rows if ids is None else rows.filter(pk__in=list(ids))


def _unmatched(references: list[str | None]) -> QuerySet[Interest]:
    """What answers these wishes and no match tells of."""
    matched = Match.objects.filter(solution=OuterRef("solution"), wish__reference=OuterRef("wish_reference"))
    rows = Interest.objects.filter(wish_reference__in=references, solution__status__in=READ)
    return rows.filter(~Exists(matched))


def _fresh() -> QuerySet[Estimate]:
    """Of an answer what was measured of both texts as they are, by the engine and the weights in use."""
    return Estimate.objects.filter(
        solution=OuterRef("solution"),
        wish__reference=OuterRef("wish_reference"),
        engine_version=versions.serving().name,
        ranker__in=Ranker.objects.filter(is_active=True),
        wish_seen_at=F("wish__updated_at"),
        solution_seen_at=F("solution__updated_at"),
    )


def _measure(wish: Wish, solutions: Sequence[Solution]) -> int:
    """Nothing, where the portal turned to another engine meanwhile: the next sweep does it."""
    profiles([wish])
    for start in range(0, len(solutions), BATCH):
        profiles(solutions[start : start + BATCH])
    held = retrievers.held(max_age=0)
    asked = prepared("wish", [wish.pk], held.engine).get(wish.pk)
    known = prepared("solution", [one.pk for one in solutions], held.engine)
    if asked is None or not known:
        return 0
    hits = held.retriever.beside(asked, "solution", list(known.values()))
    rows = _rows(wish, {one.pk: one for one in solutions}, hits, held.engine.name)
    Estimate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["wish", "solution"], update_fields=[*WRITTEN, *SEEN]
    )
    return len(rows)


def _rows(wish: Wish, solutions: dict[int, Solution], hits: Sequence[Hit], engine: str) -> list[Estimate]:
    signals: dict[Pair, dict[str, float]] = {(wish.pk, int(hit.key[1:])): hit.signals for hit in hits}
    things, ranker, now = Things.of(signals), active_ranker(), timezone.now()
    weights = Weights.from_dict(ranker.weights)
    rows = []
    for pair in sorted(pair for pair in signals if pair[0] in things.wishes and pair[1] in things.solutions):
        result = things.score(pair, signals[pair], weights)
        rows.append(
            Estimate(
                wish=wish,
                solution=solutions[pair[1]],
                probability=result.probability,
                feasibility=result.feasibility.verdict,
                confidence=result.confidence,
                signals={**signals[pair], "answered": 1},
                score=plain(result),
                ranker=ranker,
                engine_version=engine,
                wish_seen_at=wish.updated_at,
                solution_seen_at=solutions[pair[1]].updated_at,
                computed_at=now,
            )
        )
    return rows


def answered_wishes(solution: Solution) -> list[int]:
    """The wishes of rapid calls that it answers, which are to be estimated when it changes."""
    answers = Interest.objects.filter(solution=solution).values("wish_reference")
    rapid = Q(call__kind=Call.Kind.RAPID, reference__in=answers)
    return list(Wish.objects.public().filter(rapid).order_by("pk").values_list("pk", flat=True))
