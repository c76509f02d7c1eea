from django.db import migrations
from django.db.models import F, Func, Value


def join(apps, schema_editor):
    """Warned before and told after were two kinds; the days tell them apart."""
    reminders = apps.get_model("notifications", "Reminder").objects
    for old in ("pledge near", "pledge broken"):
        renamed = Func(F("kind"), Value(old), Value("pledge"), function="replace")
        reminders.filter(kind__startswith=f"{old}: ").update(kind=renamed)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_address_of_a_calendar")]
    operations = [migrations.RunPython(join, migrations.RunPython.noop)]
