"""What there is: rows, migrations, files, keys. Read within one snapshot, so that all of it fits together."""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from journal.models import Entry
from trials import keys
from trials.models import Report


@contextmanager
def snapshot() -> Iterator[str]:
    """All that is read inside is as it was at one moment, also by another program that is told this name."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def tables() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  quoted by PostgreSQL itself
            found[table] = cursor.fetchone()[0]
        return found


def relations() -> int:
    """How many tables, views and sequences there are that no extension brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
            " AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%'"
            " OR nspname = 'information_schema') AND NOT EXISTS (SELECT FROM pg_depend"
            " WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')"
        )
        found: int = cursor.fetchone()[0]
        return found


def migrations_applied() -> list[str]:
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def migrations_known() -> list[str]:
    return sorted(".".join(key) for key in MigrationLoader(None).disk_migrations)


class _Digest:
    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.sum.update(data)


def journal() -> str:
    """SHA-256 of every entry in order: one that is changed, lost or added changes it."""
    digest = _Digest()
    with connection.cursor() as cursor:
        table = Entry._meta.db_table
        cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT", digest)  # noqa: S608
    return digest.sum.hexdigest()


def last_report() -> str:
    """The hash at which the chain of reports ends."""
    tail = Report.objects.tail()
    return tail.payload_hash if tail else ""


def files() -> Iterator[tuple[Storage, str]]:
    """Every file that a row names."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                rows = model._base_manager.exclude(**{field.name: ""}).order_by("pk")
                for name in rows.values_list(field.name, flat=True).iterator():
                    if name:
                        yield field.storage, name


def public_keys() -> dict[str, Path]:
    return {"keys/public.json": keys.public_file()}


def secret_keys() -> dict[str, Path]:
    return {"keys/report.pem": keys.private_file(), "keys/seal.pem": keys.seal_file()}
