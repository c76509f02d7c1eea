from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class RollupQuerySet(models.QuerySet):
    def days(self) -> "RollupQuerySet":
        return self.filter(grain=Rollup.Grain.DAY)

    def unchecked(self) -> "RollupQuerySet":
        """Days with readings that came after they were last looked at for flags."""
        return self.filter(grain=Rollup.Grain.DAY, is_checked=False)


class Rollup(models.Model):
    """The readings of one sensor in one hour or one day of Hong Kong, summed up.

    A trigger of the readings writes them, in the transaction that writes those: never late, whatever order
    readings come in. Readings are never changed nor removed, so that adding up is enough.
    """

    class Grain(models.TextChoices):
        HOUR = "h", _("Hour")
        DAY = "d", _("Day")

    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="rollups", db_index=False, db_constraint=False
    )
    grain = models.CharField(max_length=1, choices=Grain)
    metric = models.CharField(max_length=40)
    sensor = models.CharField(max_length=80)
    phase = models.CharField(max_length=8)
    begins = models.DateTimeField()
    count = models.BigIntegerField()
    total = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    is_checked = models.BooleanField(default=False)  # for flags; of days

    objects = RollupQuerySet.as_manager()

    class Meta:
        verbose_name = _("summed readings")
        verbose_name_plural = _("summed readings")
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "grain", "metric", "sensor", "phase", "begins"], name="rollup_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["trial", "metric"], condition=Q(grain="d", is_checked=False), name="rollup_unchecked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.begins:%Y-%m-%d %H} {self.count}"
