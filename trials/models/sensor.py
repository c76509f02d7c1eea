import hashlib
import secrets
from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial

MARGIN = timedelta(days=30)  # a trial ends later than it is planned, and devices send what they have kept
PREFIX = "ipt_"  # so that scanners for secrets know one in a repository or a log
EUI64 = RegexValidator(r"^[0-9a-f]{16}$", _("A DevEUI has 16 hexadecimal digits."))


class SensorTokenQuerySet(models.QuerySet):
    def in_force(self) -> "SensorTokenQuerySet":
        return self.filter(revoked_at=None)

    def bearing(self, secret: str) -> "SensorTokenQuerySet":
        """Also one that is over: its sender is told so."""
        return self.in_force().filter(key_hash=SensorToken.hash_of(secret))


class SensorToken(models.Model):
    """With it the sensors of one trial send their readings. The secret is shown once, only its hash is kept.

    256 random bits need no slow hash: there is nothing to guess.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="tokens")
    key_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # how it begins, to know it again
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(_("last day"), db_default=Now() + MARGIN)

    objects = SensorTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("sensor token")
        verbose_name_plural = _("sensor tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["trial"], condition=Q(revoked_at=None), name="sensor_token_one_in_force"
            )
        ]
        triggers = [pgtrigger.ReadOnly(name="sensor_token_is_as_made", fields=["trial", "key_hash", "hint"])]

    def __str__(self) -> str:
        return f"{self.hint}…"

    def get_absolute_url(self) -> str:
        """Where it is replaced."""
        return reverse("trials:sensors", args=[self.trial.slug])

    @property
    def is_over(self) -> bool:
        return self.ends_on < timezone.localdate()

    @staticmethod
    def last_day(trial: Trial) -> date:
        """After the last day of the plan, or after today where that has passed."""
        return max(trial.ends_on, timezone.localdate()) + MARGIN

    @staticmethod
    def new_secret() -> str:
        return PREFIX + secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(secret: str) -> str:
        return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Sensor(models.Model):
    """A device that a LoRaWAN network server speaks for, and what its decoded fields are in this trial."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="sensors")
    name = models.CharField(
        _("name of the device"), max_length=80, help_text=_("Its readings bear this name, such as chiller-2.")
    )
    dev_eui = models.CharField(_("DevEUI"), max_length=16, validators=[EUI64])
    f_port = models.PositiveSmallIntegerField(
        _("FPort"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(223)],  # the ports of applications, LoRaWAN 1.0.4
        help_text=_("Of the messages with readings; empty: all."),
    )
    # Dotted name in the decoded object → {"metric", "factor"}; a reading is the field times the factor.
    fields = models.JSONField(default=dict)
    heard_at = models.DateTimeField(null=True, blank=True)
    radio = models.JSONField(default=dict)  # of the last message: gateway, rssi (dBm), snr (dB), f_cnt

    class Meta:
        verbose_name = _("sensor")
        verbose_name_plural = _("sensors")
        constraints = [
            models.UniqueConstraint(fields=["trial", "name"], name="sensor_name_once"),
            models.UniqueConstraint(fields=["trial", "dev_eui"], name="sensor_dev_eui_once"),
        ]

    def __str__(self) -> str:
        return self.name
