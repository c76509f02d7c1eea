"""Two tellings of the demonstration leave the same rows, scores but for the last digits of their sums."""

from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from innoportal.demonstration.load import load
from matching.services import shelf
from matching.services.writing import alike

TODAY = date(2026, 11, 20)
ROOMS = (
    "topics",
    "accounts",
    "journal",
    "documents",
    "notifications",
    "wishes",
    "solutions",
    "matching",
    "trials",
)
# What must differ: salts and secrets, names of files, the signing key of this portal and what hangs on it.
DRAWN = {
    *("password", "secret", "secrets", "token", "digest", "file", "envelope", "key_id", "signature", "hash"),
    *(
        "payload_hash",
        "previous_hash",
        "record",
        "dense",
        "key_hash",
        "hint",
        "copy",
        "picture",
        "message_id",
        "sha256",
        "sealed",
        "request",
    ),
}


def rows_since(start: datetime) -> dict[str, list[dict[str, Any]]]:
    """Every row of every room; what the clock of the test itself wrote is left out."""

    def kept(value):
        if isinstance(value, dict) and value.keys() & {"token", "document", "sha256"}:
            return sorted(value)  # a token's beginning, or a file's key and hash
        return None if isinstance(value, datetime) and value >= start else value

    found = {}
    for model in apps.get_models():
        if model._meta.app_label in ROOMS:
            names = [
                one.attname
                for one in model._meta.concrete_fields
                if one.name not in DRAWN and not isinstance(one, (models.UUIDField, models.BinaryField))
            ]
            rows = model._base_manager.order_by("pk").values(*names)
            found[model._meta.label] = [{name: kept(value) for name, value in row.items()} for row in rows]
    return found


def telling(folder, *plans: str) -> dict[str, list[dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "DEMONSTRATION", True)
        patch.setattr(settings, "MATCHING_EMBEDDERS", ["use"])
        patch.setattr(settings, "MATCHING_SNAPSHOT_DIR", folder / "snapshots")
        patch.setattr(settings, "REPORT_KEY_FILE", folder / "report.pem")
        patch.setattr(settings, "MEDIA_ROOT", folder / "media")
        shelf.forget()
        with connection.cursor() as cursor:  # a sequence remembers what was rolled back
            for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(sql)
            for plan in plans:
                cursor.execute(f"SET LOCAL {plan} = off")
        start = timezone.now()
        load(TODAY)
        found = rows_since(start)
        transaction.set_rollback(True)
    shelf.forget()
    return found


@pytest.mark.scale
@pytest.mark.django_db
@pytest.mark.xdist_group("demonstration")
def test_two_tellings_leave_the_same_rows(tmp_path):
    first = telling(tmp_path / "first")
    # Rows that come in another order, as they may any day, make no other story.
    second = telling(tmp_path / "second", "enable_seqscan", "enable_hashjoin", "enable_bitmapscan")
    assert len(first["matching.Match"]) > 20
    different = {
        (label, name): pair
        for label, rows in first.items()
        for one, other in zip(rows, second[label], strict=True)
        for name, *pair in zip(one, one.values(), other.values(), strict=True)
        if not alike(*pair)
    }
    assert not different, sorted(different)
