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
    from notifications.announcing import recalling
    from notifications.models import Notification

    author, second = begun(people)
    row, clicks = clicked(author, second)
    worker = handed_over(row)
    rows = Notification.objects.filter(why="announcement").count()
    recalled, recall_ms = timed(lambda: recalling.recall(row, by=second, reason="The day was wrong."))
    return {**clicks, **worker, "rows": rows, "recall ms": recall_ms, "stopped": recalled.stopped}


def clicked(author: Any, second: Any) -> tuple[Any, dict[str, Any]]:
    """What the people of the office wait for; the first confirmation of the process is no measure."""
    from notifications.announcing import segments, services
    from notifications.models import Announcement

    reach, count_ms = timed(lambda: segments.counted(segments.Segment()), CLICKS)
    row = Announcement.objects.create(
        subject_en="A call", subject_zh="徵集", text_en="On Monday.", text_zh="下星期一。", made_by=author
    )
    services.take_back(services.confirm(row, expected=reach.told, by=author), by=author)
    row, confirm_ms = timed(lambda: services.confirm(row, expected=reach.told, by=author))
    row, release_ms = timed(lambda: services.release(row, expected=reach.told, by=second))
    found = {"people": reach.told, "count ms": count_ms, "confirm ms": confirm_ms, "release ms": release_ms}
    return row, found


def handed_over(row: Any) -> dict[str, Any]:
    """What the worker does once the ten minutes are over."""
    from django.utils import timezone

    from notifications import outbox
    from notifications.announcing import services
    from notifications.models import Fanout

    type(row).objects.filter(pk=row.pk).update(goes_at=timezone.now())
    _sent, hand_ms = timed(services.send_due)
    memory, cpu = peak(), time.process_time()
    due = list(Fanout.objects.due().values_list("pk", flat=True))
    _told, fan_ms = timed(lambda: [outbox.expand(pk) for pk in due])
    return {
        "hand over ms": hand_ms,
        "fan-out s": round(fan_ms / 1000, 1),
        "fan-out, seconds of a core without PostgreSQL": round(time.process_time() - cpu, 1),
        "fan-out grew by MB": round(peak() - memory, 1),
        "peak MB": round(peak(), 1),
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
    from django.db import connection

    from accounts.models import Role, User

    have = User.objects.filter(email__startswith="announced").count()
    new = [User(email=NAME.format(number), name="A") for number in range(have, people)]
    made = User.objects.bulk_create(new, batch_size=2000)
    rows = [EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in made]
    EmailAddress.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:  # as PostgreSQL does by itself a minute later
        cursor.execute("analyze accounts_user, account_emailaddress")
    author, second = (
        User.objects.get_or_create(email=f"{name}-office@example.org", roles=[Role.OFFICE], name=name)[0]
        for name in ("author", "second")
    )
    return author, second


if __name__ == "__main__":
    main()
