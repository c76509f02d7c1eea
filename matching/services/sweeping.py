"""What was missed: a lost message, a changed engine, a killed worker. The database says what is behind."""

from collections.abc import Callable, Iterator, Sequence

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from matching.models import Match, Profile, Ranker
from matching.services import shelf
from matching.services.profiles import profiles
from matching.services.rematching import rematch_solutions, rematch_wishes
from matching.texts import engine_version
from solutions.models import Interest, Solution
from wishes.models import Wish

SWEEPING = shelf.BUILDING + 2
BATCH = 32
AT_ONCE = 10 * BATCH  # of a side in one sweep; the next goes on
REBUILD = 100  # rows that each process would have to add to the snapshot by itself
Progress = Callable[[str, int, int], None]


def sweep() -> int:
    """Match what is behind, hide what is no longer public, freshen the snapshot; how many were behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPING])
        if not cursor.fetchone()[0]:
            return 0
        hidden = hide_withdrawn()
    wishes, solutions = due("wish")[:AT_ONCE], due("solution")[:AT_ONCE]
    for batch in batches(wishes):
        rematch_wishes(batch, explained=10 if len(wishes) <= BATCH else 0)
    for batch in batches(solutions):
        rematch_solutions(batch)
    if shelf.behind() > REBUILD:
        shelf.build(force=True)
    return hidden + len(wishes) + len(solutions)


def due(side: str) -> list[int]:
    """Ids of public things never matched, edited since, read by another engine, scored by other weights,
    or answered in vain.
    """
    model = Wish if side == "wish" else Solution
    weights_of = Ranker.objects.filter(is_active=True).values_list("activated_at", flat=True).first()
    rows = Profile.objects.filter(**{side: OuterRef("pk")}, engine_version=engine_version(), is_public=True)
    matched = rows.filter(seen_at=OuterRef("updated_at"), matched_at__gte=F("updated_at"))
    if weights_of:
        matched = matched.filter(matched_at__gte=weights_of)
    behind = set(model.objects.public().filter(~Exists(matched)).values_list("pk", flat=True))
    return sorted(behind | (unmatched_answers() if side == "solution" else set()))


def unmatched_answers() -> set[int]:
    """Solutions with which a vendor has answered an open wish, and no match tells of it."""
    rows = Match.objects.filter(solution=OuterRef("solution"), wish__reference=OuterRef("wish_reference"))
    told = rows.filter(Q(signals__answered=1) | Q(status__in=Match.DECIDED))
    wishes = Wish.objects.open().filter(reference=OuterRef("wish_reference"))
    asked = Interest.objects.filter(Exists(wishes), solution__status__in=Solution.PUBLIC)
    return set(asked.filter(~Exists(told)).values_list("solution", flat=True))


def hide_withdrawn() -> int:
    """Profiles and suggestions of what is no longer there, should a receiver have missed it."""
    gone = Q(wish__isnull=False) & ~Q(wish__status__in=Wish.PUBLIC)
    gone |= Q(solution__isnull=False) & ~Q(solution__status__in=Solution.PUBLIC)
    stale = Profile.objects.filter(gone, is_public=True).values("pk")
    hidden = Profile.objects.filter(pk__in=stale).update(is_public=False, updated_at=timezone.now())
    dead = ~Q(wish__status__in=Wish.OPEN_TO_OFFERS) | ~Q(solution__status__in=Solution.PUBLIC)
    dropped, _ = Match.objects.filter(dead, status=Match.Status.SUGGESTED).delete()
    return hidden + dropped


def rematch_all(progress: Progress = lambda step, done, whole: None) -> None:
    """Everything anew: all texts read, one snapshot of them, then both directions, in batches."""
    wishes = list(Wish.objects.public().order_by("pk").values_list("pk", flat=True))
    solutions = list(Solution.objects.public().order_by("pk").values_list("pk", flat=True))
    hide_withdrawn()
    for model, ids, step in ((Wish, wishes, "read wishes"), (Solution, solutions, "read solutions")):
        for done, batch in _counted(ids):
            profiles(list(model.objects.filter(pk__in=batch).order_by("pk")))
            progress(step, done, len(ids))
    shelf.build(force=True)
    for done, batch in _counted(wishes):
        rematch_wishes(batch, explained=0)
        progress("match wishes", done, len(wishes))
    for done, batch in _counted(solutions):
        rematch_solutions(batch)
        progress("match solutions", done, len(solutions))


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _counted(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    done = 0
    for batch in batches(ids):
        yield done + len(batch), batch
        done += len(batch)
