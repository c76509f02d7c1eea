from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solutions.models.solution import Solution


class Evidence(models.Model):
    """What shows that the stated readiness has been reached."""

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="evidence")
    trl = models.PositiveSmallIntegerField(_("TRL"))
    text = models.CharField(_("evidence"), max_length=500)
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [models.CheckConstraint(condition=Q(trl__range=(1, 9)), name="evidence_trl_1_to_9")]

    def __str__(self) -> str:
        return self.text[:60]
