"""New migrations run beside the code of before and hold no table for long, or say why not.

While servers are replaced one by one, the release before works on the schema of the next: nothing is taken
away or renamed in the release that stops using it. A new column that may not be empty has a default in the
database (`db_default`), for the older code names it in no INSERT. An index of a table that has rows is made
concurrently (`AddIndexConcurrently` in a migration with `atomic = False`).
"""

from operator import attrgetter

import pytest
from django.db.migrations import Migration
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

from tests.test_house import ROOMS

# Those that the first release takes with it, by room: no portal runs anything older.
FIRST = {
    "accounts": 7,
    "desk": 3,
    "documents": 2,
    "journal": 5,
    "matching": 16,
    "notifications": 16,
    "solutions": 8,
    "topics": 2,
    "trials": 22,
    "wishes": 8,
}
# "room.migration": {what is found: why it may stay}, such as {"CREATE_INDEX": "the table has fifty rows"}
ACCEPTED: dict[str, dict[str, str]] = {}
# How functions and their variables are called is a matter of ruff's and of those who read.
UNASKED = ["RUNPYTHON_ARGS_NAMING_CONVENTION", "RUNPYTHON_MODEL_IMPORT", "RUNPYTHON_MODEL_VARIABLE_NAME"]


@pytest.fixture
def linter(db) -> MigrationLinter:
    return MigrationLinter(no_output=True, no_cache=True, exclude_migration_tests=UNASKED)


def issues(linter: MigrationLinter, migration: Migration) -> set[str]:
    sql = linter.get_sql(migration.app_label, migration.name)
    errors, _ignored, warnings = analyse_sql_statements(linter.sql_analyser_class, sql, UNASKED)
    more_errors, _ignored, more_warnings = linter.analyse_data_migration(migration)
    return {one.code for one in [*errors, *warnings, *more_errors, *more_warnings]}


def test_new_migrations_hold_no_table_for_long_and_leave_the_code_of_before_running(linter):
    every = sorted(linter.migration_loader.disk_migrations.values(), key=attrgetter("app_label", "name"))
    new = [one for one in every if one.app_label in ROOMS and int(one.name[:4]) > FIRST.get(one.app_label, 1)]
    found = {f"{one.app_label}.{one.name}": issues(linter, one) for one in new}
    told = {name: codes for name, codes in found.items() if codes}
    assert told == {name: set(why) for name, why in ACCEPTED.items()}


@pytest.mark.parametrize(
    ("room", "name", "code"),
    [
        ("notifications", "0003_rhythms_and_digests", "DROP_COLUMN"),
        ("trials", "0018_corrections_and_withdrawals", "NOT_NULL"),
        ("wishes", "0002_list_from_the_index", "CREATE_INDEX"),
    ],
)
def test_what_was_done_before_would_be_found(linter, room, name, code):
    assert code in issues(linter, linter.migration_loader.disk_migrations[room, name])
