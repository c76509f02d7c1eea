import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class Measurement(models.Model):
    """One reading. Flagged where it looks wrong, never dropped."""

    class Phase(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        TRIAL = "trial", _("Trial")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="measurements")
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
        triggers = [
            pgtrigger.Protect(name="measurement_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="measurement_is_as_taken", fields=["trial", "metric", "sensor", "at", "phase", "value"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.at:%Y-%m-%d %H:%M} {self.value}"
