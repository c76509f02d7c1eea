"""`python -m innoportal.bench.storing --rows 1000000`: one trial of so many readings, and what it then costs.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-storing`): filling, a further batch, the looking
for what stands out, the charts of its page, the page itself through the web server, and the first line of its
CSV file. Prints one line of JSON.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from innoportal.bench.__main__ import run, settle
from innoportal.bench.sensing import begun

SENSORS = 20
PART = 100_000
FILL = """
INSERT INTO trials_measurement (trial_id, metric, sensor, at, phase, value, flag)
SELECT %s, 'energy', 'meter-' || n %% 20, timestamptz '2024-01-01' + (n / 20) * interval '1 minute',
    CASE WHEN n < %s THEN 'baseline' ELSE 'trial' END, 100 + 10 * sin(n / 700.0) + random(), ''
FROM generate_series(%s::bigint, %s::bigint) n
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.storing", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-storing"))
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        run("innoportal.prepare")
        import django

        django.setup()
        from innoportal.bench.serving import machine, serving

        here = machine()
        with serving(data) as web:
            found = measured(asked.rows, web)
    print(json.dumps({"machine": here, "storing": found}))  # noqa: T201


def measured(rows: int, web: Any) -> dict[str, Any]:
    from django.db import connection

    from trials import picture
    from trials.models import SensorToken, Trial
    from trials.services import flagging

    token = SensorToken.objects.bearing(begun()).get()
    trial = Trial.objects.get(pk=token.trial_id)
    found: dict[str, Any] = {"rows": rows, "fill s": round(seconds(lambda: fill(trial.pk, rows)), 1)}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE trials_measurement")
        cursor.execute("VACUUM ANALYZE trials_rollup")
    found["all flags s"] = round(seconds(lambda: flagging.flag_all(trial)), 1)
    found["a batch of 1,000 ms"] = ms([lambda n=n: batch(token, n) for n in range(9)])  # type: ignore[misc]
    found["flags of what came s"] = round(seconds(lambda: flagging.flag_all(trial)), 2)
    claims = list(trial.claims.all())
    found["charts ms"] = ms([lambda: picture.charts(trial, claims)] * 5)
    path = trial.get_absolute_url()
    found["page ms"] = ms([lambda: web.fetch(path, "")] * 7)
    found["first lines of CSV ms"] = ms([lambda: first_lines(trial)] * 3)
    found["MB of the part"] = size(connection, trial.pk)
    return found


def fill(trial: int, rows: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for first in range(0, rows, PART):
            cursor.execute(FILL, [trial, rows // 3, first, min(first + PART, rows) - 1])


def batch(token: Any, number: int) -> None:
    from django.utils import timezone

    from trials import batches, services

    begins = timezone.now() - timedelta(days=1, hours=number)
    rows = [{"at": (begins + timedelta(seconds=n)).isoformat(), "value": 100 + n % 7} for n in range(1000)]
    body = json.dumps({"metric": "energy", "sensor": f"meter-{number}", "readings": rows})
    services.take_batch(token, body.encode(), batches.read_json)


def first_lines(trial: Any) -> None:
    from trials.raw_data import lines

    list(islice(lines(trial), 3))


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ms(works: list[Callable[[], Any]]) -> float:
    return round(median(seconds(work) for work in works) * 1000, 1)


def size(connection: Any, trial: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size(tableoid) / 1048576 FROM trials_measurement WHERE trial_id = %s "
            "LIMIT 1",
            [trial],
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
