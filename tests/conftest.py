"""The embedded servers of this test run, started once and stopped when the last test is done."""

from pathlib import Path

import pgtrigger
import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from innoportal import servers as embedded_servers
from innoportal.lib import catalogue

# Other work on the machine is no failure, and a run that fails fails again; `--hypothesis-profile=default`
# and a seed look for what these examples do not have.
settings.register_profile(
    "unhurried", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def servers():
    """Nothing starts where the environment names servers of its own."""
    for server in embedded_servers.wanted(durable=False):
        server.ensure()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers, django_db_modify_db_settings_parallel_suffix):
    """The test database is made only after its server runs."""


def pytest_configure(config):
    """Texts are compiled before any worker reads them: a language that was once loaded is not read again."""
    if not hasattr(config, "workerinput"):
        catalogue.compile_all(Path(__file__).parent.parent)


def pytest_make_parametrize_id(config, val, argname):
    """A file made for a test differs from second to second, even in length; workers must agree on names."""
    return argname if isinstance(val, bytes) else None


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):  # a worker leaves the servers to the run that it belongs to
        for server in embedded_servers.wanted(durable=False):
            server.stop()


@pytest.fixture(autouse=True)
def english():
    """A request leaves its language active: each test begins in English."""
    translation.activate("en")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """A test that commits ends by emptying every table: only then the journal lets itself be emptied."""
    with pgtrigger.ignore("journal.Entry:no_truncate"):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Every test that commits puts back what migrations made; content types made anew would not fit."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = bool(marker and marker.kwargs.get("transaction"))
        if commits or {"transactional_db", "live_server"} & set(item.fixturenames):
            item.fixturenames.append("django_db_serialized_rollback")


@pytest.fixture
def committed(django_db_serialized_rollback, transactional_db):
    """Rows that other threads and processes see; what migrations put in is there for the next test."""
