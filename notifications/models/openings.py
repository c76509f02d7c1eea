import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=90)  # as far back as the page of figures goes


def new_token() -> str:
    return secrets.token_urlsafe(24)


class OpeningQuerySet(models.QuerySet["Opening"]):
    def open(self, token: str) -> bool:
        """Count the mail of this picture; says whether it was not counted before."""
        return bool(self.filter(token=token, opened_on=None).update(opened_on=timezone.localdate()))


class Opening(models.Model):
    """A mail to somebody who lets the portal count that they open it; goes with their consent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="openings")
    message_id = models.UUIDField(unique=True)  # of the notice or digest: one that is sent again has the same
    templates = ArrayField(models.CharField(max_length=80))  # of the notices in it
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)  # secret
    sent_on = models.DateField(default=timezone.localdate)
    opened_on = models.DateField(null=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail whose opening is counted")
        verbose_name_plural = _("mails whose opening is counted")
        indexes = [models.Index(fields=["sent_on"], name="opening_sent_on")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.sent_on} {self.opened_on or ''}"
