from datetime import time
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often mails of a kind come."""

    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day, in one mail")
    WEEKLY = "weekly", _("Once a week, in one mail")
    NEVER = "never", _("Not by e-mail")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def is_timezone(name: str) -> None:
    """
    :raises ValidationError: no time zone of that name is known.
    """
    if name not in available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="timezone")


class Preference(models.Model):
    """Which mails a person wants and when; deadlines and requests to act always come at once."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preference")
    follows = models.CharField(_("What I follow"), max_length=8, choices=Rhythm, default=Rhythm.DAILY)
    parties = models.CharField(
        _("What concerns my organisation"), max_length=8, choices=Rhythm, default=Rhythm.NOW
    )
    announcements = models.CharField(
        _("What the portal office announces"), max_length=8, choices=Rhythm, default=Rhythm.DAILY
    )
    hour = models.PositiveSmallIntegerField(
        _("At what hour"), choices=[(hour, f"{hour:02}:00") for hour in range(24)], default=8
    )
    weekday = models.PositiveSmallIntegerField(
        _("On which day, if once a week"), choices=Weekday, default=Weekday.MONDAY
    )
    quiet_from = models.TimeField(_("No mails from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    timezone = models.CharField(
        _("Time zone"), max_length=64, default=settings.TIME_ZONE, validators=[is_timezone]
    )

    counts_opened = models.BooleanField(
        _("Count when I open mails"),
        default=False,
        help_text=_(
            "The portal office then sees, by kind of notice, how many were opened, and nobody's name. "
            "A mail to you then holds a tiny picture from this portal that tells it once. "
            "Switch it off and what was counted of you is deleted."
        ),
    )
    calendar_token = models.CharField(max_length=64, null=True, unique=True, editable=False)  # secret

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")
        constraints = [
            models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="preference_hour"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="preference_weekday"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preference_quiet_both",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def clean(self) -> None:
        if (self.quiet_from is None) != (self.quiet_until is None):
            missing = "quiet_until" if self.quiet_until is None else "quiet_from"
            raise ValidationError({missing: _("Quiet hours have a beginning and an end.")})
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValidationError({"quiet_until": _("That would be no hour, or all of them.")})

    def rhythm_of(self, why: str) -> str:
        """How often mails come that are sent for this reason."""
        kinds = {"party": self.parties, "announcement": self.announcements}
        return kinds.get(why, self.follows)

    @property
    def quiet(self) -> tuple[time, time] | None:
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return self.quiet_from, self.quiet_until
