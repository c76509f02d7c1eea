import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trials', '0018_corrections_and_withdrawals'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='report',
            index=models.Index(models.OrderBy(django.db.models.functions.comparison.Coalesce('withdrawn_at', 'published_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='report_last_changed_first'),
        ),
        migrations.AddConstraint(
            model_name='erratum',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='erratum_number_once'),
        ),
        migrations.AddConstraint(
            model_name='erratum',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('envelope__isnull', True), ('number__isnull', True)), models.Q(('envelope__isnull', False), ('number__isnull', False)), _connector='OR'), name='erratum_signed_when_numbered'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False), models.Q(('withdrawal', ''), _negated=True)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawal', ''), ('withdrawn_at__isnull', True)), _connector='OR'), name='report_withdrawn_says_when_and_why'),
        ),
    ]
