from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=7)  # an address that nobody has confirmed


class VisitorQuerySet(models.QuerySet["Visitor"]):
    def unused(self) -> "VisitorQuerySet":
        """Addresses that nobody confirmed in time, and those of which the last follow has ended."""
        late = Q(confirmed_at=None, asked_at__lt=timezone.now() - KEPT)
        return self.filter(late | Q(confirmed_at__isnull=False, follows=None, saved_searches=None))


class Visitor(models.Model):
    """An address without an account, kept for the mails that it asked for and for nothing else."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("Once a day, in one mail")
        WEEKLY = "weekly", _("Once a week, in one mail")

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    rhythm = models.CharField(_("how often"), max_length=8, choices=Rhythm, default=Rhythm.DAILY)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)

    objects = VisitorQuerySet.as_manager()
    is_active = True  # as an account is that mails go to

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        constraints = [models.UniqueConstraint(Lower("email"), name="visitor_once")]

    def __str__(self) -> str:
        return f"visitor {self.pk}"  # an address belongs in no log

    @property
    def name(self) -> str:
        """Nobody asked for one."""
        return ""


class Reading:
    """Of a mail: who reads it, a person of the portal or a visitor."""

    recipient: Any
    visitor: Any

    @property
    def reader(self) -> Any:
        return self.visitor or self.recipient


ONE_READER = Q(recipient__isnull=False, visitor__isnull=True) | Q(
    recipient__isnull=True, visitor__isnull=False
)
