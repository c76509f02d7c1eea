"""The claims of a trial that has ended are judged: at once where the readings are few, else by a worker.

Ending a trial never waits for it and never fails by it. One worker at a time holds the row by an advisory
lock of its session, which ends with its connection: what a killed worker had begun is free at once, and the
next sweep takes it up. Who was cut off and comes back writes nothing, because the number of attempts has
moved on. After `MOST` attempts it is given up and shown to the engineer and the office, who can ask again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.waking import wake
from trials.models import Judging, Rollup, Trial
from trials.services.flagging import flag_all
from trials.services.judging import Results, keep, metrics_of, recompute
from trials.services.telling import tell_parties

logger = logging.getLogger(__name__)
AT_ONCE = 20_000  # readings that are judged while a person waits: a second or two
MOST = 3  # attempts, after which its fault is shown to people
JUDGING = 0x7B1A_0001  # advisory locks, each with the key of a row
SWEEP = "trials.tasks.judge_due"  # by name: tasks call services


def judge(trial: Trial) -> Judging:
    """Within the transaction that ends the measuring, after the last reading has come in."""
    row, _made = Judging.objects.update_or_create(trial=trial, defaults=_anew(trial))
    if row.readings <= AT_ONCE:
        try:
            with transaction.atomic():
                flag_all(trial)
                _conclude(row, recompute(trial))
        except Exception:  # the trial has ended all the same
            logger.exception("The claims of %s could not be judged at once.", trial)
    if not row.is_done:
        wake(SWEEP)
    return row


def _anew(trial: Trial) -> dict[str, object]:
    of_claims = Rollup.objects.days().filter(trial=trial, metric__in=list(metrics_of(trial)))
    return {
        "asked_at": timezone.now(),
        "readings": of_claims.aggregate(all=Sum("count"))["all"] or 0,
        "claims": trial.claims.count(),
        "judged": 0,
        "attempts": 0,
        "begun_at": None,
        "done_at": None,
        "failed_at": None,
        "error": "",
    }


def judge_due() -> int:
    """Whatever waits and nobody is at, the oldest first; how many trials are judged by this call."""
    return sum(
        calculate(pk) for pk in Judging.objects.due().order_by("asked_at", "pk").values_list("pk", flat=True)
    )


def calculate(pk: int) -> bool:
    """Judge the claims of one trial; whether it was this call that did it."""
    with _alone(pk) as mine:
        row = _begun(pk) if mine else None
        if row is None:
            return False
        try:
            flag_all(row.trial)
            return _written(row, recompute(row.trial, told=lambda done: _progress(row, done)))
        except Exception as error:  # a fault of the figures or of the database; told to people when it stays
            logger.exception("The claims of %s could not be judged.", row.trial)
            _failed(row, error)
            return False


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether nobody else is at this row; the lock is the session's: a calculation may take minutes."""
    mine = _asked("SELECT pg_try_advisory_lock(%s, %s)", pk)
    try:
        yield mine
    finally:
        if mine:
            _asked("SELECT pg_advisory_unlock(%s, %s)", pk)


def _asked(sql: str, pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [JUDGING, pk])
        return bool(cursor.fetchone()[0])


def _begun(pk: int) -> Judging | None:
    """The row with this attempt counted; None where it is done, or was begun so often that it is given up."""
    due = Judging.objects.due().filter(pk=pk)
    lost = f"{MOST} workers were lost while they calculated."
    if due.filter(attempts__gte=MOST).update(failed_at=timezone.now(), error=lost):
        return None
    if not due.update(attempts=F("attempts") + 1, begun_at=timezone.now(), judged=0):
        return None
    return Judging.objects.select_related("trial").get(pk=pk)


def _own(row: Judging):
    """The row, if nobody has begun it since."""
    return Judging.objects.due().filter(pk=row.pk, attempts=row.attempts)


def _progress(row: Judging, done: int) -> None:
    _own(row).update(judged=done)


@transaction.atomic
def _written(row: Judging, results: Results) -> bool:
    if not _own(row).select_for_update().exists():
        return False
    _conclude(row, results)
    return True


def _conclude(row: Judging, results: Results) -> None:
    """Keep what was found, and tell the parties of a trial that was measured to its end."""
    trial = row.trial
    keep(trial, results)
    row.judged, row.done_at, row.error = len(results), timezone.now(), ""
    row.save(update_fields=["judged", "done_at", "error"])
    ended = Entry.objects.about(trial).filter(verb="finish").order_by("-pk").first()
    if ended is not None:
        tell_parties(trial, ended, "measured")


def _failed(row: Judging, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}"[:1000]
    ends = {"failed_at": timezone.now()} if row.attempts >= MOST else {}
    _own(row).update(error=said, **ends)


@transaction.atomic
def judge_again(trial: Trial, *, by: User) -> Entry:
    """After its fault was mended.

    :raises IllegalTransition: it is judged, or on its way.
    """
    failed = Judging.objects.filter(trial=trial).exclude(failed_at=None)
    if not failed.update(failed_at=None, attempts=0, judged=0, begun_at=None, asked_at=timezone.now()):
        raise IllegalTransition(_("The claims are judged already, or are being judged now."))
    wake(SWEEP)
    return record(trial, "judge_again", by=by)


def judging_of(trial: Trial) -> Judging | None:
    """What is still to be judged, or could not be; None of a trial that is judged or under way."""
    row = getattr(trial, "judging", None)  # absent where the trial ended before there were such rows
    return None if row is None or row.is_done else row


def must_be_judged(trial: Trial) -> None:
    """:raises IllegalTransition: its claims wait for their verdicts."""
    if Judging.objects.filter(trial=trial, done_at=None).exists():
        raise IllegalTransition(_("The claims are not judged yet. The report can be drafted when they are."))
