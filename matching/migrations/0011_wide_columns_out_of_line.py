from django.db import migrations, models

WIDE = ("terms", "vector", "words", "concepts", "numbers")
STORAGE = {
    "terms": "EXTENDED",
    "vector": "EXTERNAL",
    "words": "EXTENDED",
    "concepts": "EXTENDED",
    "numbers": "EXTENDED",
}


def storage(of: dict[str, str]) -> str:
    return ", ".join(f"ALTER COLUMN {column} SET STORAGE {kind}" for column, kind in of.items())


class Migration(migrations.Migration):
    """Rows written before stay as they are until `index_matching` makes them anew.

    What is stored are numbers that look like chance: to try to compress them is time lost. Half of each page is
    left free, so that crowding, measured after a row is written, stays on its page and no index is told.
    """

    dependencies = [("matching", "0010_answers_to_calls")]

    operations = [
        migrations.AddField("indexedpassage", "widths", models.BinaryField(default=b"")),
        migrations.RunSQL(
            f"ALTER TABLE matching_indexedpassage {storage(dict.fromkeys(WIDE, 'EXTERNAL'))},"
            " SET (toast_tuple_target = 128, fillfactor = 50)",
            f"ALTER TABLE matching_indexedpassage {storage(STORAGE)}, RESET (toast_tuple_target, fillfactor)",
        ),
    ]
