from datetime import datetime

from celery import shared_task

from matching import services
from solutions.models import Solution
from wishes.models import Wish


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
def rematch_wishes(wish_ids: list[int]) -> None:
    """One shard of a rematch of everything."""
    services.rematch_wishes(wish_ids)


@shared_task
def rematch_solutions(solution_ids: list[int]) -> None:
    services.rematch_solutions(solution_ids)


@shared_task
def sweep() -> None:
    services.sweep()


@shared_task
def rematch_everything() -> int:
    """Leave a rematch of everything to the workers; how many shards were queued."""
    shards = 0
    for model, task in ((Wish, rematch_wishes), (Solution, rematch_solutions)):
        ids = list(model.objects.public().order_by("pk").values_list("pk", flat=True))
        for batch in services.batches(ids):
            task.delay(list(batch))
            shards += 1
    return shards


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
