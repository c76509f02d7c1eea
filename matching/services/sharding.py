"""The shards of a rematch: claimed by compare-and-set with a lease, done, and noted as done.

A worker may be killed, or cut off and come back, at any line of this. What it had claimed is given to another
when its lease is over; doing a shard twice writes the same; and who comes back late writes nothing, because
the number of the claim has moved on (a fencing token). PostgreSQL's clock measures the leases.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from socket import gethostname

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Now

from matching.models import EngineVersion, RematchRun, RematchShard
from matching.services import retrievers, versions
from matching.services.profiles import profiles
from matching.services.rematching import Overtaken, rematch_solutions, rematch_wishes
from matching.services.runs import ENDED, PHASES, advance, phase, progress, start
from matching.services.sweeping import hide_withdrawn
from matching.texts import engine_version
from solutions.models import Solution
from wishes.models import Wish

logger = logging.getLogger(__name__)
MOST = 5  # claims of one shard, after which its fault is shown to people
BUILDS = 5  # leases long: a snapshot of all is one shard
WAKES = 32  # workers that a message is sent to
ASLEEP = 0.2  # seconds between two looks while other workers have the rest
State, Step = RematchShard.State, RematchShard.Step
Progress = Callable[[str, int, int], None]


class RunFailed(Exception):
    """Some shards could not be done; the message is the first fault."""


@dataclass(frozen=True)
class Claim:
    """One worker's right to do one shard, as long as nobody has claimed it since."""

    shard: RematchShard

    def rows(self):
        """The shard, if it is still ours."""
        own = {"pk": self.shard.pk, "state": State.CLAIMED, "attempts": self.shard.attempts}
        return RematchShard.objects.filter(**own)

    def hold(self) -> None:
        """Within the transaction that writes: nobody else can claim the shard before it ends.

        :raises Overtaken: another has claimed it, or the run was cancelled.
        """
        rows = self.rows().filter(run__state=RematchRun.State.RUNNING).select_for_update(of=("self",))
        if not rows.values_list("pk").first():
            raise Overtaken

    def done(self) -> bool:
        return bool(self.rows().update(state=State.DONE, done_at=Now(), error=""))

    def failed(self, error: str) -> None:
        """Give it back, to be tried again after a pause that doubles, but not for ever."""
        pause = Now() + timedelta(seconds=2.0**self.shard.attempts)
        if self.shard.attempts >= MOST:
            self.rows().update(state=State.FAILED, error=error)
        else:
            self.rows().update(state=State.WAITING, not_before=pause, error=error)


def claim(run: RematchRun) -> Claim | None:
    """The next shard that nobody works on, ours for a lease; None if there is none for this process now."""
    if not may_work_for(run.version):
        return None
    while True:
        with transaction.atomic():
            shard = _free(run).select_for_update(of=("self",), skip_locked=True).first()
            if shard is None:
                return None
            if shard.attempts < MOST:
                return Claim(_leased(shard))
            lost = f"{shard.attempts} workers were lost while they did this."
            RematchShard.objects.filter(pk=shard.pk).update(state=State.FAILED, error=shard.error or lost)


def may_work_for(version: EngineVersion) -> bool:
    """A version that is prepared is read by its own code only; what serves is kept up by newer code, too."""
    version.refresh_from_db()
    own = version.name == engine_version()
    return own or (version.state == EngineVersion.State.SERVING and not versions.is_outdated())


def _free(run: RematchRun):
    """Of the first phase that is not whole: what waits, and what a worker has let slip."""
    left = RematchShard.objects.filter(run=run, run__state=RematchRun.State.RUNNING).exclude(state__in=ENDED)
    step = left.aggregate(step=Min("step"))["step"]
    due = Q(not_before=None) | Q(not_before__lte=Now())
    return left.filter(due, step__in=PHASES[phase(step)] if step else ()).order_by("step", "pk")


def _leased(shard: RematchShard) -> RematchShard:
    seconds = settings.MATCHING_LEASE * (BUILDS if shard.step == Step.PUBLISH else 1)
    RematchShard.objects.filter(pk=shard.pk).update(
        state=State.CLAIMED,
        attempts=F("attempts") + 1,
        claimed_at=Now(),
        worker=f"{gethostname()[:60]}/{os.getpid()}",
        not_before=Now() + timedelta(seconds=seconds),
    )
    shard.attempts += 1
    return shard


def work_once(run_id: int) -> int:
    """Do one shard; how many workers have something to do after it: 0, 1 (we), or as many as there are."""
    run = RematchRun.objects.active().select_related("version").filter(pk=run_id).first()
    if run is None:
        return 0
    own = claim(run)
    if own is None:
        advance(run)
        return 0
    _try(own)
    if advance(run):
        return 0
    left = RematchShard.objects.filter(run=run).exclude(state__in=ENDED).aggregate(step=Min("step"))["step"]
    is_new = left is not None and phase(left) > phase(own.shard.step)
    return min(WAKES, _free(run).count()) if is_new else 1


def _try(own: Claim) -> None:
    try:
        _do(own)
        if not own.done():
            logger.info("Shard %s was given to another worker meanwhile.", own.shard.pk)
    except Overtaken:
        own.failed("The work was overtaken.")
    except DatabaseError as error:
        connection.close()  # whatever it was in the middle of, PostgreSQL has undone
        own.failed(f"{type(error).__name__}: {error}")
    except Exception as error:
        logger.exception("Shard %s could not be done.", own.shard.pk)
        own.failed(f"{type(error).__name__}: {error}")


def _do(own: Claim) -> None:
    shard, version = own.shard, own.shard.run.version
    if shard.step == Step.READ_WISHES:
        profiles(list(Wish.objects.filter(pk__in=shard.ids).order_by("pk")), version)
    elif shard.step == Step.READ_SOLUTIONS:
        profiles(list(Solution.objects.filter(pk__in=shard.ids).order_by("pk")), version)
    elif shard.step == Step.PUBLISH:
        _publish(own, version)
    elif shard.step == Step.MATCH_WISHES:
        rematch_wishes(shard.ids, explained=0, hold=own.hold)
    else:
        rematch_solutions(shard.ids, hold=own.hold, with_all=True)


def _publish(own: Claim, version: EngineVersion) -> None:
    """The snapshot first, so that the first search after the turn finds it."""
    hide_withdrawn()
    retrievers.publish(version)
    with transaction.atomic():
        own.hold()
        versions.turn_over(version)


def wanted() -> tuple[int, int] | None:
    """The active run and how many more workers could do something for it now: what a sweep wakes."""
    run = RematchRun.objects.active().select_related("version").first()
    if run is None or advance(run) or not may_work_for(run.version):
        return None
    at_work = RematchShard.objects.filter(run=run, state=State.CLAIMED, not_before__gt=Now()).count()
    return run.pk, max(0, min(WAKES - at_work, _free(run).count()))


def rematch_all(told: Progress = lambda step, done, whole: None) -> RematchRun:
    """Everything anew, by this process and whoever else comes to work.

    :raises AlreadyRunning: another rematch has not ended yet.
    :raises RunFailed: some shards could not be done.
    """
    run = start()
    tell(run, told)
    while RematchRun.objects.active().filter(pk=run.pk).exists():
        if not work_once(run.pk) and RematchRun.objects.active().filter(pk=run.pk).exists():
            time.sleep(ASLEEP)
        tell(run, told)
    run.refresh_from_db()
    if fault := RematchShard.objects.filter(run=run, state=State.FAILED).first():
        raise RunFailed(fault.error)
    return run


def tell(run: RematchRun, told: Progress) -> None:
    """What has changed in the step that is done now."""
    for step in progress([run])[run.pk].steps:
        told(step.label, step.texts_done, step.texts)
