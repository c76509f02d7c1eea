"""A rematch of everything: begun, watched, cancelled, ended. Its shards are done in `services.sharding`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching.models import EngineVersion, Profile, RematchRun, RematchShard
from matching.services import versions
from matching.texts import engine_version
from solutions.models import Solution
from wishes.models import Wish

STARTING = versions.CHANGING + 1  # advisory lock
READ, MATCH = 16, 64  # ids of a shard: some seconds, for which an edit may have to wait for a worker
# A shard of solutions asks each wish among its pairs once, five thousandths of a second at 10,000 solutions.
# Few wishes come up in every shard, so there the shards are few; of many wishes each shard has its own.
SOLUTIONS, FEW = 1024, 2000
REMEMBERED = 20  # runs whose shards are kept
Step, Run = RematchShard.Step, RematchRun
# What belongs to one phase may be done side by side; the next begins when nothing of it is left.
PHASES: tuple[tuple[int, ...], ...] = (
    (Step.READ_WISHES, Step.READ_SOLUTIONS),
    (Step.PUBLISH,),
    (Step.MATCH_WISHES, Step.MATCH_SOLUTIONS),
)
ENDED = (RematchShard.State.DONE, RematchShard.State.FAILED)


class AlreadyRunning(IllegalTransition):
    """There is one rematch at a time; `run` is that one."""

    def __init__(self, run: RematchRun) -> None:
        told = progress([run])[run.pk]
        super().__init__(
            _("A rematch is running since %(at)s: %(done)s of %(whole)s shards are done.")
            % {"at": f"{timezone.localtime(run.started_at):%H:%M}", "done": told.done, "whole": told.whole}
        )
        self.run = run


def active_run() -> RematchRun | None:
    return RematchRun.objects.active().select_related("version").first()


@transaction.atomic
def start(*, by: User | None = None, reason: str = RematchRun.Reason.ASKED) -> RematchRun:
    """Begin a rematch of everything, for whoever comes to work on its shards.

    Where this process would read otherwise than what serves, texts are read anew beside it, and the portal
    turns over before it is matched. New weights need no reading.

    :raises AlreadyRunning: another has not ended yet.
    """
    _lock()
    if run := active_run():
        raise AlreadyRunning(run)
    version = versions.prepare()
    run = RematchRun.objects.create(version=version, reason=reason, started_by=by)
    only_match = reason == Run.Reason.WEIGHTS and version.state == EngineVersion.State.SERVING
    RematchShard.objects.bulk_create(_shards(run, only_match), batch_size=1000)
    kept = RematchRun.objects.order_by("-pk").values("pk")[:REMEMBERED]
    RematchShard.objects.exclude(run__in=list(kept.values_list("pk", flat=True))).delete()
    record(run, "start", by=by, details={"version": version.name, "reason": reason})
    return run


def _shards(run: RematchRun, only_match: bool) -> Iterable[RematchShard]:
    public = {
        model: list(model.objects.public().order_by("pk").values_list("pk", flat=True))
        for model in (Wish, Solution)
    }
    if not only_match:
        for step, model, side in (
            (Step.READ_WISHES, Wish, "wish"),
            (Step.READ_SOLUTIONS, Solution, "solution"),
        ):
            ids = {*public[model], *_read_before(side)} - _as_it_is(side, run.version.name)
            yield from _pieces(run, step, sorted(ids), READ)
        yield RematchShard(run=run, step=Step.PUBLISH, size=1)
    yield from _pieces(run, Step.MATCH_WISHES, public[Wish], MATCH)
    size = SOLUTIONS if len(public[Wish]) <= FEW else MATCH
    yield from _pieces(run, Step.MATCH_SOLUTIONS, public[Solution], size)


def _read_before(side: str) -> Iterable[int]:
    """What the portal office has, too, was read to be compared with what it may repeat."""
    rows = Profile.objects.filter(side=side, engine_version=versions.serving_now().name)
    return rows.values_list(f"{side}_id", flat=True)


def _as_it_is(side: str, version: str) -> set[int]:
    """What this version has read and matched as it is now: its text is looked at again when it is matched."""
    rows = Profile.objects.filter(engine_version=version, is_public=True, seen_at=F(f"{side}__updated_at"))
    return set(rows.values_list(f"{side}_id", flat=True))


def _pieces(run: RematchRun, step: int, ids: Sequence[int], size: int) -> Iterable[RematchShard]:
    for at in range(0, len(ids), size):
        part = ids[at : at + size]
        yield RematchShard(run=run, step=step, ids=part, size=len(part))


@transaction.atomic
def cancel(run: RematchRun, *, by: User | None) -> Entry:
    """Begin no further shard; what was written stays, and is as right as what was there before.

    :raises IllegalTransition: it has ended already.
    """
    if not _end(run, Run.State.CANCELLED):
        raise IllegalTransition(_("This rematch has ended already."))
    return record(run, "cancel", by=by)


def advance(run: RematchRun) -> bool:
    """End a run of which nothing is left to do; whether it has ended.

    A text that cannot be read keeps a version from serving, and the one before serves on. A shard that cannot
    be matched holds nothing up.
    """
    shards = RematchShard.objects.filter(run=run)
    left = shards.exclude(state__in=ENDED).aggregate(step=Min("step"))["step"]
    failed = shards.filter(state=RematchShard.State.FAILED).aggregate(step=Min("step"))["step"]
    is_stuck = failed is not None and failed <= Step.PUBLISH and (left is None or phase(left) > phase(failed))
    if left is not None and not is_stuck:
        return False
    if _end(run, Run.State.DONE if failed is None else Run.State.FAILED) and failed is None:
        versions.clear_away()
    return True


def phase(step: int) -> int:
    return next(number for number, steps in enumerate(PHASES) if step in steps)


def _end(run: RematchRun, state: str) -> bool:
    at = timezone.now()
    changed = RematchRun.objects.active().filter(pk=run.pk).update(state=state, finished_at=at)
    if changed:
        run.state, run.finished_at = state, at
    return bool(changed)


def follow() -> RematchRun | None:
    """The run that is active; one for this process's engine version if the portal is served by another.

    What was cancelled or has failed is begun again by a person only.
    """
    run = active_run()
    if versions.is_current() or versions.is_outdated():
        return run
    if run and run.version.state == EngineVersion.State.PREPARING and run.version.name != engine_version():
        cancel(run, by=None)  # newer code has come since: nobody would turn the portal over to that version
        run = None
    given_up = RematchRun.objects.filter(version__name=engine_version()).exclude(
        state__in=(Run.State.RUNNING, Run.State.DONE)
    )
    return run or (None if given_up.exists() else start(reason=Run.Reason.VERSION))


@dataclass(frozen=True)
class StepProgress:
    """Counted from the shards of one step; `texts` are wishes or solutions."""

    step: int
    done: int
    failed: int
    whole: int
    texts_done: int
    texts: int
    seconds: float  # from the first claim to the last end, or to now

    @property
    def label(self) -> str:
        return str(Step(self.step).label)

    @property
    def rate(self) -> float:
        """Texts a second."""
        return self.texts_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest of the step takes at this rate; None when nothing is known yet."""
        left = self.texts - self.texts_done
        return left / self.rate if self.rate else None if left else 0.0


@dataclass(frozen=True)
class Progress:
    steps: tuple[StepProgress, ...]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def failed(self) -> int:
        return sum(step.failed for step in self.steps)

    @property
    def whole(self) -> int:
        return sum(step.whole for step in self.steps)

    @property
    def share(self) -> float:
        return self.done / self.whole if self.whole else 1.0

    @property
    def now(self) -> StepProgress | None:
        """The first step that is not whole."""
        return next((step for step in self.steps if step.done + step.failed < step.whole), None)


def progress(runs: Sequence[RematchRun]) -> dict[int, Progress]:
    """How far each run is, in one query."""
    done, failed = Q(state=RematchShard.State.DONE), Q(state=RematchShard.State.FAILED)
    rows = (
        RematchShard.objects.filter(run__in=[run.pk for run in runs])
        .values("run", "step")
        .annotate(
            whole=Count("pk"),
            done=Count("pk", filter=done),
            failed=Count("pk", filter=failed),
            texts=Sum("size"),
            texts_done=Sum("size", filter=done, default=0),
            first=Min("claimed_at"),
            last=Max("done_at"),
        )
        .order_by("run", "step")
    )
    steps: dict[int, list[StepProgress]] = {run.pk: [] for run in runs}
    for row in rows:
        ended = row["done"] + row["failed"] == row["whole"]
        seconds = _seconds(row["first"], row["last"] if ended else timezone.now())
        counts = (row["step"], row["done"], row["failed"], row["whole"], row["texts_done"], row["texts"])
        steps[row["run"]].append(StepProgress(*counts, seconds))
    return {pk: Progress(tuple(own)) for pk, own in steps.items()}


def _seconds(first: datetime | None, last: datetime | None) -> float:
    return max(0.0, (last - first).total_seconds()) if first and last else 0.0


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STARTING])
