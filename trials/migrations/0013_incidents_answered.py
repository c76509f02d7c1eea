from django.db import migrations

PLEDGES = [("raise", 3), ("alarm", 1)]  # working days within which somebody acknowledges; alarm: a severe one


def add(apps, schema_editor):
    pledge = apps.get_model("journal", "Pledge")
    pledge.objects.bulk_create(
        pledge(
            noun="trials.incident",
            step=step,
            answers=["acknowledge"],
            working_days=days,
            debtor="department",
            ends=["close"],
        )
        for step, days in PLEDGES
    )
    incident = apps.get_model("trials", "Incident")
    for entry in apps.get_model("trials", "LogEntry").objects.filter(kind="incident").order_by("pk"):
        incident.objects.create(trial_id=entry.trial_id, entry_id=entry.pk, status="logged")


def remove(apps, schema_editor):
    apps.get_model("journal", "Pledge").objects.filter(noun="trials.incident").delete()


class Migration(migrations.Migration):
    dependencies = [("trials", "0012_steering"), ("journal", "0004_partly")]
    operations = [migrations.RunPython(add, remove)]
