from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

NAME = "indexed_passage_terms"


class Migration(migrations.Migration):
    """In place: nothing is made anew."""

    dependencies = [("matching", "0011_wide_columns_out_of_line")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    f"ALTER INDEX {NAME} SET (gin_pending_list_limit = 64)",
                    f"ALTER INDEX {NAME} RESET (gin_pending_list_limit)",
                )
            ],
            [
                migrations.RemoveIndex("indexedpassage", NAME),
                migrations.AddIndex(
                    "indexedpassage", GinIndex(fields=["terms"], name=NAME, gin_pending_list_limit=64)
                ),
            ],
        )
    ]
