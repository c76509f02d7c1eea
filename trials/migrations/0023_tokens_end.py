import datetime

from django.db import migrations, models
from django.db.models.functions import Now

# Those of before end thirty days after the plan, or after today where that has passed.
LAST_DAYS = """
UPDATE trials_sensortoken SET ends_on = greatest(t.ends_on, current_date) + 30
FROM trials_trial t WHERE t.id = trials_sensortoken.trial_id
"""


class Migration(migrations.Migration):
    dependencies = [("trials", "0022_corrections_of_the_record")]

    operations = [
        migrations.AddField(
            model_name="sensortoken",
            name="ends_on",
            field=models.DateField(
                db_default=Now() + datetime.timedelta(days=30), verbose_name="last day"
            ),
        ),
        migrations.RunSQL(LAST_DAYS, migrations.RunSQL.noop),
    ]
