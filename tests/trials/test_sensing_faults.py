"""The database is killed while sensors send: what was acknowledged is there, once."""

import os
import subprocess
import sys
import threading
import time

import psutil
import psycopg2
import pytest
from django.conf import settings

from innoportal import embedded, servers
from innoportal.bench import sensing
from tests.portal import Portal, directory

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("supervise")]
KILLS = 2
BEGIN = "import django; django.setup(); from innoportal.bench.sensing import begun; print(begun())"


@pytest.fixture
def portal():
    made = Portal(directory("inno sensing"), API_RATE_SENSOR="1000000/min")
    try:
        yield made.start().until("is ready at")
    finally:
        made.remove()


def begun(portal) -> str:
    unset = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "INNOPORTAL_REDIS_DATABASE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"INNOPORTAL_DATA": str(portal.data), "DJANGO_SETTINGS_MODULE": "innoportal.settings"}
    command = [sys.executable, "-c", BEGIN]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.split()[-1]


def kill(portal) -> None:
    """The server and everything that works for it, as by `kill -9`."""
    [postgres] = [one for one in servers.all_of(portal.data) if one.name == "postgres"]
    process = postgres.process()
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.kill()
    psutil.wait_procs(family, timeout=20)
    postgres.ensure()


def stored(portal) -> list:
    with psycopg2.connect(embedded.database_url(portal.data)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sensor, at, value FROM trials_measurement")
        rows = cursor.fetchall()
    connection.close()
    return rows


def test_every_acknowledged_row_is_there_once_after_the_database_was_killed_in_the_middle(portal):
    secret, over = begun(portal), threading.Event()
    found = []
    address = f"http://127.0.0.1:{portal.port}"
    work = threading.Thread(target=lambda: found.extend(sensing.send(address, secret, 200, over.is_set)))
    work.start()
    for _ in range(KILLS):
        time.sleep(3)
        kill(portal)
    time.sleep(3)
    over.set()
    work.join(60)
    rows = stored(portal)
    kept = {(sensor, at.timestamp()): value for sensor, at, value in rows}
    assert len(kept) == len(rows)
    wanted = {
        (sensor, sensing.datetime.fromisoformat(at).timestamp()): value
        for sender in found
        for (sensor, at), value in sender.acknowledged.items()
    }
    assert len(wanted) > 2000
    assert sum(sender.unanswered for sender in found) > 0  # the kills were felt
    assert {key: kept.get(key) for key in wanted} == wanted
