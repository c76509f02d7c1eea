from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Visit(models.Model):
    """When a person was last at their desk, and when the time before: what came in between is new."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="visit", verbose_name=_("person")
    )
    last_at = models.DateTimeField(default=timezone.now)
    before_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.user_id} {self.last_at:%Y-%m-%d %H:%M}"
