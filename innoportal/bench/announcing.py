"""`python -m innoportal.bench.announcing --people 20000`: one announcement to everybody, and its recall.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-announcing`): what counting, confirming,
releasing and recalling cost the person who clicks, and the worker that hands it over and writes everybody's
rows, with its peak memory. Prints one line of JSON.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from innoportal.bench.__main__ import run, settle
from innoportal.bench.fanning import peak

NAME = "announced{}@example.org"
CLICKS = 5  # of what can be repeated; the middle one counts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.announcing", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-announcing"))
    settle()
    from innoportal import embedded, servers

    with servers.in_use(servers.wanted(embedded.data_dir())):
        run("innoportal.prepare")
        import django

        django.setup()
        found = measured(asked.people)
    print(json.dumps({"load": round(os.getloadavg()[0], 1), **found}))  # noqa: T201


def measured(people: int) -> dict[str, Any]:
    from django.utils import timezone

    from notifications import outbox
    from notifications.announcing import recalling, segments, services
    from notifications.models import Announcement, Fanout, Notification

    author, second = begun(people)
    reach, count_ms = timed(lambda: segments.counted(segments.Segment()), CLICKS)
    row = Announcement.objects.create(
        subject_en="A call", subject_zh="徵集", text_en="On Monday.", text_zh="下星期一。", made_by=author
    )
    row, confirm_ms = timed(lambda: services.confirm(row, expected=reach.told, by=author))
    if row.status == Announcement.Status.HELD:
        row, release_ms = timed(lambda: services.release(row, expected=reach.told, by=second))
    else:
        release_ms = 0.0
    Announcement.objects.filter(pk=row.pk).update(goes_at=timezone.now())  # the ten minutes are over
    _sent, hand_ms = timed(services.send_due)
    memory, cpu = peak(), time.process_time()
    _told, fan_ms = timed(
        lambda: [outbox.expand(pk) for pk in Fanout.objects.due().values_list("pk", flat=True)]
    )
    cpu, grew = time.process_time() - cpu, peak() - memory
    recalled, recall_ms = timed(lambda: recalling.recall(row, by=second, reason="The day was wrong."))
    return {
        "people": reach.told,
        "count ms": count_ms,
        "confirm ms": confirm_ms,
        "release ms": release_ms,
        "hand over ms": hand_ms,
        "fan-out s": round(fan_ms / 1000, 1),
        "fan-out, seconds of a core without PostgreSQL": round(cpu, 1),
        "fan-out grew by MB": round(grew, 1),
        "peak MB": round(peak(), 1),
        "rows": Notification.objects.filter(why="announcement").count(),
        "recall ms": recall_ms,
        "stopped": recalled.stopped,
    }


def timed(work: Callable[[], Any], times: int = 1) -> tuple[Any, float]:
    """What it gave, and the middle of so many times, in milliseconds."""
    taken = []
    for _ in range(times):
        clock = time.perf_counter()
        found = work()
        taken.append((time.perf_counter() - clock) * 1000)
    return found, round(sorted(taken)[len(taken) // 2], 1)


def begun(people: int) -> tuple[Any, Any]:
    """So many people with addresses that are theirs, and two of the portal office."""
    from allauth.account.models import EmailAddress

    from accounts.models import Role, User

    have = User.objects.filter(email__startswith="announced").count()
    new = [User(email=NAME.format(number), name="A") for number in range(have, people)]
    made = User.objects.bulk_create(new, batch_size=2000)
    rows = [EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in made]
    EmailAddress.objects.bulk_create(rows, batch_size=2000)
    author, second = (
        User.objects.get_or_create(email=f"{name}-office@example.org", roles=[Role.OFFICE], name=name)[0]
        for name in ("author", "second")
    )
    return author, second


if __name__ == "__main__":
    main()
