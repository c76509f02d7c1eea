"""What the API says of itself, tried against it with made-up requests."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from innoportal.wsgi import application


@pytest.fixture
def schema(db):
    """The connection of the test is that of the portal: no request may close it."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    reset_queries()


def test_no_request_that_the_schema_allows_or_forbids_breaks_the_api(schema):
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            derandomize=True,
            database=None,
        )
        @given(operation.as_strategy())
        def hold(case):
            case.call_and_validate(checks=[not_a_server_error])

        hold()
        tried += 1
    assert tried >= 12
