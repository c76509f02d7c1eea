"""What was missed: a lost message, a changed engine, a killed worker. The database says what is behind."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from matching.models import Match, Profile, Ranker, RematchRun, RematchShard
from matching.services import retrievers, shelf, versions
from matching.services.estimating import estimate
from matching.services.rematching import Overtaken, rematch_solutions, rematch_wishes
from matching.services.rereading import read_anew
from matching.services.runs import ENDED, follow, start
from solutions.models import Interest, Solution
from wishes.models import Wish

SWEEPING = shelf.BUILDING + 2
BATCH = 32
AT_ONCE = 10 * BATCH  # of a side that one sweep does by itself; more becomes a run that all workers share
AGAIN = timedelta(hours=1)  # after a run that failed
Step = RematchShard.Step


def sweep() -> int:
    """Match what is behind, hide what is no longer public, freshen the snapshot; how many were behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPING])
        if not cursor.fetchone()[0]:
            return 0
        hidden = hide_withdrawn()
    versions.settle()
    if versions.is_outdated():
        return hidden
    read_anew()
    run = follow()
    wishes, solutions = (_by_itself(side, run) for side in ("wish", "solution"))
    if run is None and max(len(wishes), len(solutions)) > AT_ONCE and not _failed_lately():
        start(reason=RematchRun.Reason.BEHIND)
        return hidden
    wishes, solutions = wishes[:AT_ONCE], solutions[:AT_ONCE]
    with suppress(Overtaken):  # by a turn to another version, with which all is due again
        for batch in batches(wishes):
            rematch_wishes(batch, explained=10 if len(wishes) <= BATCH else 0)
        for batch in batches(solutions):
            rematch_solutions(batch)
    retrievers.freshen()
    return hidden + len(wishes) + len(solutions) + estimate()


def _by_itself(side: str, run: RematchRun | None) -> list[int]:
    """What is due and not on its way in a shard."""
    ids = due(side)
    if run is None or not ids or run.version.name != versions.serving().name:
        return ids
    step = Step.MATCH_WISHES if side == "wish" else Step.MATCH_SOLUTIONS
    shards = RematchShard.objects.filter(run=run, step=step).exclude(state__in=ENDED)
    on_the_way = {pk for own in shards.values_list("ids", flat=True) for pk in own}
    return [pk for pk in ids if pk not in on_the_way]


def _failed_lately() -> bool:
    since = timezone.now() - AGAIN
    return RematchRun.objects.filter(state=RematchRun.State.FAILED, finished_at__gt=since).exists()


def due(side: str) -> list[int]:
    """Ids of public things never matched, edited since, read by another engine, scored by other weights,
    or answered in vain.
    """
    model = Wish if side == "wish" else Solution
    weights_of = Ranker.objects.filter(is_active=True).values_list("activated_at", flat=True).first()
    rows = Profile.objects.filter(
        **{side: OuterRef("pk")}, engine_version=versions.serving().name, is_public=True
    )
    matched = rows.filter(seen_at=OuterRef("updated_at"), matched_at__gte=F("updated_at"))
    if weights_of:
        matched = matched.filter(matched_at__gte=weights_of)
    behind = set(model.objects.public().filter(~Exists(matched)).values_list("pk", flat=True))
    return sorted(behind | (unmatched_answers() if side == "solution" else set()))


def unmatched_answers() -> set[int]:
    """Solutions with which a vendor has answered an open wish, and no match tells of it.

    An answer to a wish that was merged counts for the one in which it goes on.
    """
    named = Wish.objects.filter(reference=OuterRef("wish_reference"))
    asked = Interest.objects.filter(solution__status__in=Solution.PUBLIC).annotate(
        stands=Subquery(named.values(one=Coalesce("merged_into_id", "pk"))[:1])
    )
    rows = Match.objects.filter(solution=OuterRef("solution"), wish=OuterRef("stands"))
    told = rows.filter(Q(signals__answered=1) | Q(status__in=Match.DECIDED))
    wishes = Wish.objects.open().filter(pk=OuterRef("stands"))
    return set(asked.filter(Exists(wishes), ~Exists(told)).values_list("solution", flat=True))


def hide_withdrawn() -> int:
    """Profiles and suggestions of what is no longer there, should a receiver have missed it."""
    gone = Q(wish__isnull=False) & ~Q(wish__status__in=Wish.PUBLIC)
    gone |= Q(solution__isnull=False) & ~Q(solution__status__in=Solution.PUBLIC)
    stale = Profile.objects.filter(gone, is_public=True).values("pk")
    hidden = Profile.objects.filter(pk__in=stale).update(is_public=False, updated_at=timezone.now())
    dead = ~Q(wish__status__in=Wish.OPEN_TO_OFFERS) | ~Q(solution__status__in=Solution.PUBLIC)
    dropped, _ = Match.objects.filter(dead, status=Match.Status.SUGGESTED).delete()
    return hidden + dropped


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), BATCH):
        yield ids[at : at + BATCH]
