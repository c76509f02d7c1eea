"""What `make bench` measures costs no more queries than was promised, however full the portal is."""

import os
import subprocess
import sys

import psutil
import pytest

from accounts.models import Organisation
from innoportal.bench import pages, serving
from innoportal.bench.filling import fill
from innoportal.bench.measuring import kept, sign_in
from matching.services import shelf
from tests.factories import OrganisationFactory

pytestmark = [pytest.mark.scale, pytest.mark.django_db]


@pytest.fixture
def full(settings, tmp_path):
    settings.MATCHING_EMBEDDERS = ["use"]
    settings.MATCHING_SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.REPORT_KEY_FILE = tmp_path / "keys" / "report.pem"
    (tmp_path / "snapshots").mkdir()
    shelf.forget()
    sign_in.cache_clear()
    yield fill(200, 300, 3)
    shelf.forget()


def test_no_page_of_a_full_portal_asks_more_queries_than_promised(full):
    asked = {page.name: (pages.counted(page, sign_in)["sql"], page.sql) for page in pages.pages()}
    assert {name: pair for name, pair in asked.items() if pair[1] is not None and pair[0] > pair[1]} == {}
    assert asked["bare view"] == (0, None)
    assert min(sql for name, (sql, _) in asked.items() if name != "bare view") > 0


def test_a_portal_in_use_is_never_filled():
    OrganisationFactory()
    with pytest.raises(SystemExit, match="not empty"):
        fill(1, 1)
    assert Organisation.objects.count() == 1


def test_a_page_keeps_its_promise_only_within_both_limits_and_without_a_failure():
    row = {"cpu ms": 15.0, "target cpu ms": 15, "sql": 8, "target sql": 8, "failed": 0}
    assert kept(row)
    assert not any(kept({**row, **worse}) for worse in ({"cpu ms": 15.1}, {"sql": 9}, {"failed": 1}))


def test_the_work_of_a_child_is_counted_while_it_runs_and_when_it_has_ended():
    us = psutil.Process(os.getpid())
    before = serving.used(us)
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    child = subprocess.Popen(
        [sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child.stdout.readline()
    running = serving.used(us) - before
    child.communicate("\n")
    assert running >= 0.25
    assert serving.used(us) - before >= running
