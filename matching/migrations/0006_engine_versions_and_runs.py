import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count


def note_what_serves(apps, schema_editor):
    """What a portal has read so far goes on serving while newer code reads all texts beside it."""
    profiles = apps.get_model('matching', 'Profile').objects.filter(is_public=True)
    most = profiles.values('engine_version').annotate(texts=Count('pk')).order_by('-texts').first()
    if most:
        engine, *embedders = most['engine_version'].split('+')
        apps.get_model('matching', 'EngineVersion').objects.create(
            name=most['engine_version'],
            state='serving',
            engine=engine,
            embedders=[{'name': name, 'version': ''} for name in embedders],
            glossary='',
            serving_since=django.utils.timezone.now(),
        )


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0005_judgements_of_reviews'),
        ('solutions', '0002_list_from_the_index'),
        ('wishes', '0002_list_from_the_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EngineVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('state', models.CharField(choices=[('preparing', 'Being prepared'), ('serving', 'In use'), ('retired', 'No longer used')], default='preparing', max_length=12)),
                ('engine', models.CharField(max_length=20)),
                ('embedders', models.JSONField(default=list)),
                ('glossary', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('serving_since', models.DateTimeField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'engine version',
                'verbose_name_plural': 'engine versions',
            },
        ),
        migrations.CreateModel(
            name='RematchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='running', max_length=12)),
                ('reason', models.CharField(choices=[('asked', 'Asked for'), ('version', 'New engine version'), ('weights', 'New weights'), ('behind', 'Much was behind')], default='asked', max_length=12)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'rematch',
                'verbose_name_plural': 'rematches',
            },
        ),
        migrations.CreateModel(
            name='RematchShard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField(choices=[(1, 'Read wishes'), (2, 'Read solutions'), (3, 'Publish the snapshot'), (4, 'Match wishes'), (5, 'Match solutions')])),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('size', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('claimed', 'Being done'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'shard of a rematch',
                'verbose_name_plural': 'shards of a rematch',
            },
        ),
        migrations.AlterField(
            model_name='profile',
            name='solution',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='profiles', to='solutions.solution'),
        ),
        migrations.AlterField(
            model_name='profile',
            name='wish',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='profiles', to='wishes.wish'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.UniqueConstraint(fields=('wish', 'engine_version'), name='profile_of_wish_once'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.UniqueConstraint(fields=('solution', 'engine_version'), name='profile_of_solution_once'),
        ),
        migrations.AddConstraint(
            model_name='engineversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['preparing', 'serving'])), fields=('state',), name='engine_version_one_of_each_state'),
        ),
        migrations.AddField(
            model_name='rematchrun',
            name='started_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rematchrun',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='matching.engineversion'),
        ),
        migrations.AddField(
            model_name='rematchshard',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shards', to='matching.rematchrun'),
        ),
        migrations.AddConstraint(
            model_name='rematchrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='rematch_run_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='rematchrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='rematch_run_ended_has_an_end'),
        ),
        migrations.AddIndex(
            model_name='rematchshard',
            index=models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['run', 'step', 'id'], name='rematch_shard_to_do'),
        ),
        migrations.AddIndex(
            model_name='rematchshard',
            index=models.Index(fields=['run', 'step', 'state'], include=('size',), name='rematch_shard_counts'),
        ),
        migrations.AddConstraint(
            model_name='rematchshard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True)), _connector='OR'), name='rematch_shard_done_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='rematchshard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'claimed'), _negated=True), models.Q(('claimed_at__isnull', False), ('not_before__isnull', False)), _connector='OR'), name='rematch_shard_claim_has_a_lease'),
        ),
        migrations.RunPython(note_what_serves, migrations.RunPython.noop),
    ]
