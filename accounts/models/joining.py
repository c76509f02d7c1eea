from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

JOIN_LASTS = timedelta(days=14)


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def waiting(self) -> "JoinRequestQuerySet":
        return self.filter(outcome="")

    def due(self) -> "JoinRequestQuerySet":
        """Nobody has answered in time."""
        return self.waiting().filter(asked_at__lte=timezone.now() - JOIN_LASTS)


class JoinRequest(models.Model):
    """A person asks to belong to an organisation that is here already. A row is never removed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired without an answer")
        WITHDRAWN = "withdrawn", _("Taken back")

    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    words = models.TextField(_("who you are to the organisation"), max_length=1000, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(outcome=""), name="join_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="join_outcome_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="declined") | ~Q(reason=""), name="join_declined_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.organisation}"

    def get_absolute_url(self) -> str:
        return reverse("people:answer-join", args=[self.pk])
