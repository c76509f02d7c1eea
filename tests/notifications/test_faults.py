"""Notices while everything around them dies: the benchmark of 20,000, at a size that fits every run."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as portal

from innoportal import servers
from innoportal.bench.faulting import told
from innoportal.bench.stubborn import Stubborn

NOTICES, KILLS = 400, 5
LONGEST = 1500  # seconds on a machine with much else to do; a minute or two on one of its own


@pytest.fixture
def data():
    """Reachable for the account that root's servers run under, unlike pytest's own temporary directories."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="faults-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)
        for server in servers.all_of(Path(directory)):
            server.remove()


@pytest.mark.faults
def test_everyone_gets_each_notice_once_but_for_lost_acknowledgements_whatever_is_killed(data):
    command = [sys.executable, "-m", "innoportal.bench.faulting"]
    command += ["--notices", str(NOTICES), "--kills", str(KILLS)]
    environment = os.environ | {"INNOPORTAL_DATA": str(data)}
    done = subprocess.run(
        command, cwd=portal.BASE_DIR, env=environment, capture_output=True, text=True, timeout=LONGEST
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["missing"] == found["to somebody else"] == 0, found
    assert (found["notices"], sum(found["kills"].values())) == (NOTICES, KILLS), found
    assert found["repeats by a kill between answer and mark"] <= 2 * KILLS, found
    assert found["repeats"] == found["came"] - NOTICES
    assert (done.returncode, found["holds"]) == (0, True), found
    assert sum(found["faults of the mail server"].values()) > 2


@pytest.mark.parametrize(
    ("taken", "lost", "holds"),
    [
        ({("a", "x"): 1, ("b", "y"): 1}, {}, True),
        ({("a", "x"): 1}, {}, False),  # one is missing
        ({("a", "x"): 1, ("b", "x"): 1}, {}, False),  # one went to somebody else
        ({("a", "x"): 2, ("b", "y"): 1}, {"a": 1}, True),
        ({("a", "x"): 2, ("b", "y"): 1}, {}, False),  # came twice, and nothing was killed
    ],
)
def test_what_is_told_of_a_run_tells_a_failure(taken, lost, holds):
    server = Stubborn(share=0, seed=1)
    server.taken, server.lost = Counter(taken), Counter(lost)
    assert told(server, {"a": "x", "b": "y"}, Counter(), 1.0)["holds"] is holds
