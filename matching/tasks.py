from contextlib import suppress
from datetime import datetime

from celery import shared_task

from matching import services
from matching.models import RematchRun

LAST = 9  # the priority that Valkey's queue gives last


@shared_task
def rematch_wish(wish_id: int, since: str = "") -> None:
    """`since`: when it happened; nothing is left to do if a sweep has been there after that."""
    if not since or not services.matched_since("wish", wish_id, datetime.fromisoformat(since)):
        services.rematch_wish(wish_id)


@shared_task
def rematch_solution(solution_id: int, since: str = "") -> None:
    if not since or not services.matched_since("solution", solution_id, datetime.fromisoformat(since)):
        services.rematch_solution(solution_id)


@shared_task
def advise(solution_id: int, entry_id: int) -> None:
    """What would make it fit goes to the vendor of a solution that was given back."""
    services.advise(solution_id, entry_id)


@shared_task
def estimate(wish_ids: list[int]) -> None:
    """How well the answers to rapid calls fit that have no match; a sweep finds a lost message."""
    services.estimate(wish_ids)


@shared_task
def sweep() -> None:
    """Match what is behind, and wake workers for the shards of a rematch: lost messages are sent again."""
    services.sweep()
    if found := services.wanted():
        wake(*found)


@shared_task
def work_run(run_id: int) -> None:
    """One shard of a rematch, then another message: what people do meanwhile comes in between."""
    if workers := services.work_once(run_id):
        wake(run_id, workers)


def wake(run_id: int, workers: int) -> None:
    """Messages behind all others; one that nobody takes before the next sweep is worth nothing."""
    for _ in range(workers):
        work_run.apply_async((run_id,), priority=LAST, expires=60)


@shared_task
def rematch_everything() -> None:
    """Leave a scoring of everything with new weights to the workers; if a run is active, to the sweeps."""
    with suppress(services.AlreadyRunning):
        wake(services.start(reason=RematchRun.Reason.WEIGHTS).pk, services.WAKES)


@shared_task
def notice() -> None:
    """What has become public against the saved searches; until nothing is left."""
    while services.notice():
        pass


@shared_task
def refit() -> None:
    services.refit_ranker()


@shared_task
def find_duplicates(side: str, pk: int) -> None:
    """What one wish or solution that was handed in may repeat; nothing, should it be taken back by now."""
    services.find_duplicates(side, [pk])


@shared_task
def sweep_duplicates() -> None:
    services.sweep_duplicates()
