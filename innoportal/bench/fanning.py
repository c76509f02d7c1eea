"""`python -m innoportal.bench.fanning --followers 1000,10000,100000`: wishes, and all who follow their topic.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-fanning`): what publishing costs the person who
clicks, each time of `--clicks`, and the worker that writes everybody's rows after the last. Prints one line
of JSON.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

from innoportal.bench.__main__ import run, settle

NAME = "follower{}@example.org"
MB = 1024  # kilobytes


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.fanning", description=__doc__)
    parser.add_argument("--followers", default="1000,10000,100000")
    parser.add_argument("--clicks", type=int, default=7)
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-fanning"))
    settle()
    from innoportal import embedded, servers

    with servers.in_use(servers.wanted(embedded.data_dir())):
        run("innoportal.prepare")
        import django

        django.setup()
        rows = [measured(int(count), asked.clicks) for count in asked.followers.split(",")]
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "rows": rows}))  # noqa: T201


def measured(count: int, clicks: int) -> dict[str, Any]:
    """Of one size: milliseconds of each click, seconds of the worker, and what its memory grew by."""
    from django.utils import timezone

    from notifications import outbox
    from notifications.models import Fanout, Notification

    topic = followed(count)
    took = []
    for _click in range(clicks):
        Fanout.objects.due().update(done_at=timezone.now())  # all but the last
        took.append(published(topic))
    before = Notification.objects.count()
    memory, clock, cpu = peak(), time.perf_counter(), time.process_time()
    for pk in Fanout.objects.due().values_list("pk", flat=True):
        outbox.expand(pk)
    return {
        "followers": count,
        "click ms": sorted(round(one * 1000, 1) for one in took),
        "seconds": round(time.perf_counter() - clock, 2),
        "seconds of a core, without PostgreSQL": round(time.process_time() - cpu, 2),
        "grew by MB": round(peak() - memory, 1),
        "rows": Notification.objects.count() - before,
    }


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def followed(count: int) -> Any:
    """A topic that so many people follow."""
    from accounts.models import User
    from notifications.models import Follow
    from topics.models import Topic

    topic = Topic.objects.create(
        slug=f"fan-{time.time_ns()}", name_en="Fan-out", name_zh="分發", kind="application"
    )
    have = User.objects.filter(email__startswith="follower").count()
    new = [User(email=NAME.format(number), name="F") for number in range(have, count)]
    User.objects.bulk_create(new, batch_size=2000)
    people = User.objects.filter(email__startswith="follower").order_by("pk").values_list("pk", flat=True)
    Follow.objects.bulk_create([Follow(user_id=pk, topic=topic) for pk in people[:count]], batch_size=2000)
    return topic


def published(topic: Any) -> float:
    """Seconds of who publishes a wish of this topic."""
    from accounts.models import Organisation, Role, User
    from wishes import services
    from wishes.models import Wish

    office, _new = User.objects.get_or_create(email="fan@example.org", roles=[Role.OFFICE], name="Office")
    department, _new = Organisation.objects.get_or_create(
        slug="fanning", defaults={"name_en": "Fanning", "name_zh": "分發", "kind": "department"}
    )
    wish = Wish.objects.create(
        organisation=department, created_by=office, title_en="Dry pipes", status=Wish.Status.SCREENING
    )
    wish.topics.add(topic)
    clock = time.perf_counter()
    services.publish(wish, by=office)
    return time.perf_counter() - clock


if __name__ == "__main__":
    main()
