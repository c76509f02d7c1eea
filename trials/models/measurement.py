import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial

# The time zone is that of the portal, whose days the charts show.
ROLL_UP = """
INSERT INTO trials_rollup
    (trial_id, grain, metric, sensor, phase, begins, count, total, low, high, is_checked)
SELECT trial_id, grain, metric, sensor, phase, date_trunc(span, at, 'Asia/Hong_Kong') AS begins,
    count(*), sum(value), min(value), max(value), false
FROM fresh CROSS JOIN (VALUES ('d', 'day'), ('h', 'hour')) AS grains(grain, span)
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (trial_id, grain, metric, sensor, phase, begins) DO UPDATE SET
    count = trials_rollup.count + excluded.count, total = trials_rollup.total + excluded.total,
    low = least(trials_rollup.low, excluded.low), high = greatest(trials_rollup.high, excluded.high),
    is_checked = false;
RETURN NULL;
"""


class Measurement(models.Model):
    """One reading. Flagged where it looks wrong, never dropped.

    Its table has partitions by the hash of the trial (docs/adr/0049), which migration 0006 makes.
    """

    class Phase(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        TRIAL = "trial", _("Trial")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="measurements", db_index=False)
    metric = models.CharField(max_length=40)
    sensor = models.CharField(max_length=80, default="manual")
    at = models.DateTimeField()
    phase = models.CharField(max_length=8, choices=Phase)
    value = models.FloatField()
    flag = models.CharField(max_length=16, blank=True)
    received_at = models.DateTimeField(db_default=Now(), null=True, editable=False)  # by the portal's clock

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.UniqueConstraint(fields=["trial", "metric", "sensor", "at"], name="measurement_once")
        ]
        indexes = [
            models.Index(fields=["trial", "metric"], condition=~Q(flag=""), name="measurement_flagged")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="roll_up",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="fresh"),
                func=ROLL_UP,
            ),
            pgtrigger.Protect(name="measurement_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="measurement_is_as_taken", fields=["trial", "metric", "sensor", "at", "phase", "value"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.at:%Y-%m-%d %H:%M} {self.value}"
