from django.db import migrations

# step → what answers it, within how many working days, and who owes it. Editable on the administrator's site.
PLEDGES = [
    ("wishes.wish", "submit", ["endorse", "send_back", "withdraw"], 5, "department"),
    ("wishes.wish", "endorse", ["publish", "return", "merge", "withdraw"], 10, "office"),
    ("solutions.solution", "submit", ["acknowledge", "withdraw"], 2, "office"),
    ("solutions.solution", "acknowledge", ["list", "return", "refuse", "withdraw"], 10, "office"),
    ("matching.match", "review", ["approve", "want", "decline"], 30, "expert"),
    ("trials.trial", "finish", ["report"], 20, "engineer"),
    ("trials.report", "hand_to_vendor", ["comment", "close_comment"], 10, "vendor"),
    ("trials.report", "comment", ["publish", "send_back"], 15, "verifier"),
    ("trials.report", "close_comment", ["publish", "send_back"], 15, "verifier"),
]


def add(apps, schema_editor):
    pledge = apps.get_model("journal", "Pledge")
    pledge.objects.bulk_create(
        (
            pledge(noun=noun, step=step, answers=answers, working_days=days, debtor=debtor)
            for noun, step, answers, days, debtor in PLEDGES
        ),
        ignore_conflicts=True,  # the way back leaves them as the office has set them
    )


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
