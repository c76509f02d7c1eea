from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def in_force(self) -> "SuppressionQuerySet":
        return self.filter(lifted_at__isnull=True)

    def of(self, address: str) -> "SuppressionQuerySet":
        return self.in_force().filter(address=address.strip().lower())


class Suppression(models.Model):
    """An address that is sent nothing, since when and why; once lifted it stays as a record."""

    class Why(models.TextChoices):
        BOUNCE = "bounce", _("Mails to it come back")
        COMPLAINT = "complaint", _("Its reader reported a mail as unwanted")
        MANUAL = "manual", _("Stopped by the portal office")

    address = models.EmailField()  # in small letters
    why = models.CharField(max_length=10, choices=Why)
    said = models.CharField(max_length=300, blank=True)  # by the mail server, or by the office
    since = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifted_for = models.CharField(max_length=300, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(lifted_at__isnull=True), name="suppression_once"
            ),
            models.CheckConstraint(
                condition=Q(address=Lower("address")), name="suppression_in_small_letters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.why})"


class Bounce(models.Model):
    """One report that a mail did not arrive, or was not wanted."""

    class Kind(models.TextChoices):
        HARD = "hard", _("for good")
        SOFT = "soft", _("for now")
        COMPLAINT = "complaint", _("complaint")

    address = models.EmailField()
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=12, blank=True)  # as 5.1.1 (RFC 3463)
    said = models.CharField(max_length=300, blank=True)
    message_id = models.UUIDField(null=True)  # of the notice or digest that it is about
    fingerprint = models.CharField(max_length=64, unique=True)  # of the report: read twice, it counts once
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        indexes = [
            models.Index(fields=["address", "at"], name="bounce_of"),
            models.Index(fields=["message_id"], name="bounce_about"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.kind} {self.status}"
