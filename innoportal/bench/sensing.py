"""`python -m innoportal.bench.sensing --seconds 20`: readings of sensors over HTTP, as fast as they come in.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-sensing`), through its web server. Of the batches
a fifth is sent twice, half are in disorder, and a batch may be older than the one before. At the end every
row that was acknowledged is looked for in the database. Prints one line of JSON.
"""

import argparse
import http.client
import json
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from innoportal.bench.__main__ import run, settle

PATH = "/api/v1/measurements/"
CLIENTS = 4
TWICE, SHUFFLED = 0.2, 0.5  # of the batches
Key = tuple[str, str]  # sensor, time


@dataclass
class Sender:
    """One gateway: batches of one sensor, each row a second after the one before."""

    address: str
    secret: str
    sensor: str
    size: int
    chance: random.Random
    times: list[float] = field(default_factory=list)
    acknowledged: dict[Key, float] = field(default_factory=dict)
    unanswered: int = 0
    sent: int = 0

    def send_until(self, is_over: Callable[[], bool]) -> None:
        first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=60)
        number = 0
        waiting: list[list[dict[str, Any]]] = []
        while not is_over():
            if not waiting:  # four batches in any order: later ones overtake
                waiting = [self.batch(first, number + one) for one in range(4)]
                self.chance.shuffle(waiting)
                number += 4
            batch = waiting.pop()
            self.send(batch, is_over)
            if self.chance.random() < TWICE:
                self.send(batch, is_over)

    def batch(self, first: datetime, number: int) -> list[dict[str, Any]]:
        begins = first + timedelta(seconds=number * self.size)
        rows = [
            {"at": (begins + timedelta(seconds=one)).isoformat(), "value": float(number + one % 97)}
            for one in range(self.size)
        ]
        if self.chance.random() < SHUFFLED:
            self.chance.shuffle(rows)
        return rows

    def send(self, rows: list[dict[str, Any]], is_over: Callable[[], bool]) -> None:
        """Until there is an answer: what was not acknowledged is sent again, as a gateway does."""
        body = json.dumps({"metric": "energy", "sensor": self.sensor, "readings": rows})
        while not is_over():
            began = time.monotonic()
            status = self.post(body)
            if status == 200:
                self.times.append(time.monotonic() - began)
                self.sent += len(rows)
                self.acknowledged |= {(self.sensor, row["at"]): row["value"] for row in rows}
                return
            self.unanswered += 1
            time.sleep(0.2)

    def post(self, body: str) -> int:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        head = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        try:
            connection.request("POST", PATH, body, head)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        else:
            return answer.status
        finally:
            connection.close()


def send(address: str, secret: str, size: int, is_over: Callable[[], bool]) -> list[Sender]:
    """Several gateways at once until it is over; what each of them was told."""
    senders = [
        Sender(address, secret, f"{size}-rows-{number}", size, random.Random(number))  # noqa: S311
        for number in range(CLIENTS)
    ]
    threads = [threading.Thread(target=one.send_until, args=[is_over]) for one in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return senders


def begun() -> str:
    """A running trial with one claim, and its token."""
    from django.utils import timezone

    from accounts.models import Organisation, Role, User
    from matching.models import Match
    from solutions.models import Solution
    from trials import services
    from trials.models import Claim, Trial, Venue
    from wishes.models import Wish

    name = f"bench-{time.time_ns()}"
    engineer = User.objects.create(email=f"{name}@example.org", name="Bench", roles=[Role.ENGINEER])
    both = [
        Organisation.objects.create(slug=f"{name}-{kind}", name_en=kind, name_zh=kind, kind=kind)
        for kind in ("department", "vendor")
    ]
    wish = Wish.objects.create(organisation=both[0], created_by=engineer, title_en="Bench")
    solution = Solution.objects.create(organisation=both[1], created_by=engineer, title_en="Bench")
    today = timezone.localdate()
    trial = Trial.objects.create(
        match=Match.objects.create(wish=wish, solution=solution, probability=0.5, rank=1, confidence=0.5),
        engineer=engineer,
        venue=Venue.objects.create(slug=name, organisation=both[0], name_en=name, name_zh=name),
        starts_on=today - timedelta(days=80),
        ends_on=today,
        created_by=engineer,
    )
    Claim.objects.create(
        trial=trial, statement_en="Bench", metric="energy", unit="kWh", direction="decrease", target=10,
        method="before_after",
    )  # fmt: skip
    Trial.objects.filter(pk=trial.pk).update(
        **{"status": "running", "reference": f"T-{name[-9:]}"},
        plan_hash="0" * 64,
        plan_locked_at=timezone.now(),
    )
    return services.make_token(trial, by=engineer)


def missing(senders: list[Sender]) -> dict[str, int]:
    """Of the acknowledged rows those that are not there once with their value, and rows nobody sent."""
    from trials.models import Measurement

    found = {"rows": 0, "lost": 0, "twice": 0}
    for sender in senders:
        rows = Measurement.objects.filter(sensor=sender.sensor).values_list("at", "value")
        stored: dict[datetime, float] = {}
        for at, value in rows.iterator():
            found["twice"] += at in stored
            stored[at] = value
        found["rows"] += len(stored)
        found["lost"] += sum(
            stored.get(datetime.fromisoformat(at)) != value
            for (_sensor, at), value in sender.acknowledged.items()
        )
    return found


def measured(address: str, size: int, seconds: float) -> dict[str, Any]:
    until = time.monotonic() + seconds
    began = time.monotonic()
    senders = send(address, begun(), size, lambda: time.monotonic() > until)
    took = time.monotonic() - began
    times = sorted(one for sender in senders for one in sender.times)
    return {
        "rows of a batch": size,
        "rows per second": round(sum(sender.sent for sender in senders) / took),
        "batches per second": round(len(times) / took, 1),
        "p50 ms": round(median(times) * 1000, 1),
        "p95 ms": round(quantiles(times, n=20)[-1] * 1000, 1),
        "not answered": sum(sender.unanswered for sender in senders),
        **missing(senders),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.sensing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="for each size of batch")
    parser.add_argument("--sizes", default="1,100,1000")
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-sensing"))
    settle()
    os.environ["API_RATE_SENSOR"] = "1000000/min"
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        run("innoportal.prepare")
        import django

        django.setup()
        from innoportal.bench.serving import machine, serving

        here = machine()
        with serving(data) as web:
            rows = [measured(web.address, int(size), asked.seconds) for size in asked.sizes.split(",")]
    print(json.dumps({"machine": here, "sensing": rows}))  # noqa: T201


if __name__ == "__main__":
    main()
