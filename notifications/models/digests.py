import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.visitors import ONE_READER, Reading, Visitor

LEASE = timedelta(seconds=settings.MAIL_LEASE)
MAX_ATTEMPTS = 8


class OutgoingQuerySet(models.QuerySet[Any]):
    def due(self) -> Self:
        """Unsent, attempts left, its time come, no lease held by another worker."""
        now = timezone.now()
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE),
            sent_at__isnull=True,
            held_at__isnull=True,
            attempts__lt=MAX_ATTEMPTS,
            not_before__lte=now,
        )

    def claim(self, pk: int) -> bool:
        """As of a notification: of two workers that try, one gets it."""
        return bool(self.due().filter(pk=pk).update(claimed_at=timezone.now(), attempts=F("attempts") + 1))


class Outgoing(models.Model):
    """A mail on its way: claimed by one worker at a time, tried a few times, then left to the office."""

    message_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Digest(Reading, Outgoing):
    """One mail about many notices, which are fixed before it is sent: a repeat says the same."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="digests")
    visitor = models.ForeignKey(Visitor, models.CASCADE, null=True, related_name="digests")
    due_at = models.DateTimeField()

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "due_at"], name="digest_once"),
            models.UniqueConstraint(fields=["visitor", "due_at"], name="digest_of_visitor_once"),
            models.CheckConstraint(condition=ONE_READER, name="digest_of_one_reader"),
        ]
        indexes = [models.Index(fields=["not_before"], condition=Q(sent_at__isnull=True), name="digest_due")]

    def __str__(self) -> str:
        return f"{self.recipient_id or self.visitor} {self.due_at:%Y-%m-%d %H:%M}"
