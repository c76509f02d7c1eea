"""From a published wish to its matches, through a broker and a worker that are really there."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings as portal
from django.db import connection

from matching import tasks
from matching.models import Match
from tests.factories import SolutionFactory, WishFactory

WAIT = 240  # seconds: the models are read from disk on a busy machine


def address_of_the_test_database() -> str:
    place = {
        key: quote(str(value), safe="") for key, value in connection.settings_dict.items() if key.isupper()
    }
    return f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


@pytest.fixture
def worker(tmp_path, committed):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address_of_the_test_database(),
        "MATCHING_EMBEDDERS": "use",
        "INNOPORTAL_DATA": str(portal.DATA_DIR),
        "REDIS_URL": portal.REDIS_URL,
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "innoportal",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "INFO",
    ]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        yield tmp_path / "worker.log"
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.faults
def test_a_worker_matches_what_a_message_names(worker, settings):
    settings.MATCHING_EMBEDDERS = ["use"]
    solution, wish = SolutionFactory(listed=True), WishFactory(open=True)
    tasks.rematch_solution.delay(solution.pk)
    tasks.rematch_wish.delay(wish.pk)
    end = time.monotonic() + WAIT
    while not Match.objects.exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert list(Match.objects.values_list("wish", "solution")) == [(wish.pk, solution.pk)], worker.read_text()
