from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


class RankerQuerySet(models.QuerySet["Ranker"]):
    def visible_to(self, user) -> "RankerQuerySet":
        """Those who run the portal, and those who audit it; the weights say how the score may be courted."""
        may = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.all() if may else self.none()


class Ranker(models.Model):
    """Weights of the score, with what they were learnt from and how well they did. One is active."""

    name = models.CharField(max_length=80, unique=True)
    engine_version = models.CharField(max_length=40)
    weights = models.JSONField()
    training_fingerprint = models.CharField(max_length=64, blank=True)  # none: delivered with the engine
    figures = models.JSONField(default=dict)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True)  # what was matched before that is due again

    objects = RankerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranker")
        verbose_name_plural = _("rankers")
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="ranker_one_active"
            ),
            models.UniqueConstraint(
                fields=["training_fingerprint"],
                condition=~Q(training_fingerprint=""),
                name="ranker_once_for_each_training_set",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:rankers')}#ranker-{self.pk}"
