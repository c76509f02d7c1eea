from django.db import migrations


def add(apps, schema_editor):
    words = {"words_en": "Answers only part of the need", "words_zh": "只能回應部分需要", "position": 1}
    apps.get_model("journal", "Ground").objects.get_or_create(  # the way back leaves it
        noun="matching.match", verb="decline", code="partly", defaults=words
    )


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_pauses_and_grounds")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
