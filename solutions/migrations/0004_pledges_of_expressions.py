from django.db import migrations

NOUN = "solutions.solution"
# step → what more answers it, pauses it, and leaves nothing to answer
MORE = {
    "submit": (["ask_full"], [], ["complete"]),
    "acknowledge": ([], ["ask_full"], ["complete"]),
    "reconsider": ([], ["ask_full"], ["complete"]),
}


def add(apps, schema_editor):
    """The full form is asked for, which waits for the vendor; handed in, it begins the clock anew."""
    pledges = apps.get_model("journal", "Pledge").objects
    for step, (answers, pauses, ends) in MORE.items():
        for pledge in pledges.filter(noun=NOUN, step=step):
            pledge.answers += [verb for verb in answers if verb not in pledge.answers]
            pledge.paused_by += [verb for verb in pauses if verb not in pledge.paused_by]
            pledge.ends += [verb for verb in ends if verb not in pledge.ends]
            pledge.save()
    pledges.get_or_create(
        noun=NOUN,
        step="complete",
        defaults={
            "answers": ["acknowledge"],
            "ends": ["withdraw"],
            "working_days": 2,
            "debtor": "office",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("solutions", "0003_progressive_submission"),
        ("journal", "0003_pauses_and_grounds"),
    ]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
