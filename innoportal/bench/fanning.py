"""`python -m innoportal.bench.fanning --followers 1000,10000,100000`: one wish, and all who follow its topic.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-fanning`): what publishing costs the person who
clicks, and the worker that writes everybody's rows after it. Prints one line of JSON.
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
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-fanning"))
    settle()
    from innoportal import embedded, servers

    with servers.in_use(servers.wanted(embedded.data_dir())):
        run("innoportal.prepare")
        import django

        django.setup()
        rows = [measured(int(count)) for count in asked.followers.split(",")]
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "rows": rows}))  # noqa: T201


def measured(count: int) -> dict[str, Any]:
    """Of one size: milliseconds of the click, seconds of the worker, and what its memory grew by."""
    from notifications import outbox
    from notifications.models import Fanout, Notification
    from wishes import services

    wish, office = begun(count)
    before = Notification.objects.count()
    clock = time.perf_counter()
    services.publish(wish, by=office)
    click = time.perf_counter() - clock
    memory, clock, cpu = peak(), time.perf_counter(), time.process_time()
    for pk in Fanout.objects.due().values_list("pk", flat=True):
        outbox.expand(pk)
    return {
        "followers": count,
        "click ms": round(click * 1000, 1),
        "seconds": round(time.perf_counter() - clock, 2),
        "seconds of a core, without PostgreSQL": round(time.process_time() - cpu, 2),
        "grew by MB": round(peak() - memory, 1),
        "rows": Notification.objects.count() - before,
    }


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def begun(count: int) -> tuple[Any, Any]:
    """A wish under review whose topic so many people follow, and who publishes it."""
    from accounts.models import Organisation, Role, User
    from notifications.models import Follow
    from topics.models import Topic
    from wishes.models import Wish

    topic = Topic.objects.create(
        slug=f"fan-{time.time_ns()}", name_en="Fan-out", name_zh="分發", kind="application"
    )
    have = User.objects.filter(email__startswith="follower").count()
    new = [User(email=NAME.format(number), name="F") for number in range(have, count)]
    User.objects.bulk_create(new, batch_size=2000)
    people = User.objects.filter(email__startswith="follower").order_by("pk").values_list("pk", flat=True)
    Follow.objects.bulk_create([Follow(user_id=pk, topic=topic) for pk in people[:count]], batch_size=2000)
    office, _new = User.objects.get_or_create(email="fan@example.org", roles=[Role.OFFICE], name="Office")
    department, _new = Organisation.objects.get_or_create(
        slug="fanning", defaults={"name_en": "Fanning", "name_zh": "分發", "kind": "department"}
    )
    wish = Wish.objects.create(
        organisation=department, created_by=office, title_en="Dry pipes", status=Wish.Status.SCREENING
    )
    wish.topics.add(topic)
    return wish, office


if __name__ == "__main__":
    main()
