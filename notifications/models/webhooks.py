import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User, new_key

LEASE = timedelta(minutes=5)  # longer than the longest call


def new_message_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, user: User) -> "WebhookQuerySet":
        """An administrator's are all; else those of organisations that one approves for, not as a deputy."""
        if not user.is_authenticated:
            return self.none()
        if user.is_active and user.is_superuser:
            return self.all()
        own = user.memberships.filter(role=Membership.Role.APPROVER)
        return self.filter(organisation__in=own.values("organisation"))


class Webhook(models.Model):
    """An address of somebody else's program that is called when something happens here."""

    class Stopped(models.TextChoices):
        HAND = "hand", _("Stopped by its owner")
        FAILING = "failing", _("Stopped: it has not answered for days")
        GONE = "gone", _("Stopped: it answered that it is gone for good (410)")

    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    organisation = models.ForeignKey(  # None: the portal's own
        Organisation, models.CASCADE, null=True, related_name="webhooks", verbose_name=_("organisation")
    )
    url = models.CharField(_("address"), max_length=500)
    note = models.CharField(_("what it is for"), max_length=120, blank=True)
    events = ArrayField(models.CharField(max_length=40), verbose_name=_("events"))
    sealed = models.TextField(editable=False)  # the secret, encrypted
    sealed_before = models.TextField(blank=True, editable=False)  # the one before, signed with until …
    before_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, editable=False)
    stopped_for = models.CharField(max_length=8, choices=Stopped, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    waits_until = models.DateTimeField(null=True, editable=False)  # after a failure, for all its messages

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_for="")
                | Q(stopped_at__isnull=False) & ~Q(stopped_for=""),
                name="webhook_stopped_for_something",
            )
        ]

    def __str__(self) -> str:
        return self.url

    def get_absolute_url(self) -> str:
        return reverse("notices:webhook", args=[self.key])

    @property
    def parties(self) -> dict[str, int | None]:
        return self.organisation.parties if self.organisation else {}


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def due(self) -> "WebhookMessageQuerySet":
        """Not delivered, not given up, their time come, no lease held, to an endpoint that is not paused."""
        now = timezone.now()
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE),
            Q(webhook__waits_until__isnull=True) | Q(webhook__waits_until__lte=now),
            webhook__stopped_at__isnull=True,
            done_at__isnull=True,
            given_up_at__isnull=True,
            next_at__lte=now,
        )

    def with_last_call(self) -> "WebhookMessageQuerySet":
        last = WebhookAttempt.objects.filter(message=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            last_status=Subquery(last.values("status")[:1]), last_error=Subquery(last.values("error")[:1])
        )

    def claim(self, pk: int) -> bool:
        """As of a notification: of two workers that try, one gets it."""
        due = self.due().filter(pk=pk).values("pk")
        rows = WebhookMessage.objects.filter(pk__in=due, done_at__isnull=True, given_up_at__isnull=True)
        lease = Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - LEASE)
        return bool(rows.filter(lease).update(claimed_at=timezone.now(), attempts=F("attempts") + 1))


class WebhookMessage(models.Model):
    """What an endpoint is told of one entry: a row of the transition's own transaction; its words stay."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="messages")
    entry_id = models.BigIntegerField(null=True)  # of journal.Entry; None for a test
    event = models.CharField(max_length=40)
    message_id = models.CharField(max_length=40, unique=True, default=new_message_id, editable=False)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to a webhook")
        verbose_name_plural = _("messages to webhooks")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "entry_id", "event"], name="webhook_told_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(done_at__isnull=True, given_up_at__isnull=True),
                name="webhook_message_due",
            ),
            models.Index(fields=["webhook", "-created_at"], name="webhook_message_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.webhook_id}"

    def get_absolute_url(self) -> str:
        return reverse("notices:webhook-message", args=[self.webhook.key, self.pk])


class WebhookAttempt(models.Model):
    """One call: what was asked and what was answered; the secret is in neither."""

    message = models.ForeignKey(WebhookMessage, models.CASCADE, related_name="calls")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    request = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    text = models.TextField(blank=True)  # of the answer, cut

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")

    def __str__(self) -> str:
        return f"{self.message_id} {self.at:%Y-%m-%d %H:%M} {self.status or self.error}"
