from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.trial import Trial

NO_REASON = _("Say why the plan was left, in English or Chinese: the report prints it.")


class LogEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "LogEntryQuerySet":
        """Whose photographs a person may have: what incidents say, the page of a trial tells everyone."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(trial__in=Trial.objects.inside(user))

    def run_by(self, user: Any) -> "LogEntryQuerySet":
        return self.filter(trial__engineer=user)


class LogEntry(models.Model):
    """What happened on site: a note, an incident, or a deviation from the locked plan."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        INCIDENT = "incident", _("Incident")
        DEVIATION = "deviation", _("Deviation from the plan")

    class Severity(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="log")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, blank=True)
    on = models.DateField(_("day"))
    text_en = models.TextField(_("text in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("text in Traditional Chinese"), max_length=3000, blank=True)
    # Why the plan was left: of a deviation, printed with it. Those logged before it was asked for have none.
    reason_en = models.TextField(_("reason of the deviation, in English"), max_length=1000, blank=True)
    reason_zh = models.TextField(
        _("reason of the deviation, in Traditional Chinese"), max_length=1000, blank=True
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    # Made with the form: sent twice over a bad connection, an entry is logged once.
    sent_as = models.UUIDField(null=True, unique=True, editable=False)

    text = Bilingual()
    reason = Bilingual()
    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_en="") | ~Q(text_zh=""), name="log_entry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(kind="incident") & ~Q(severity="") | ~Q(kind="incident") & Q(severity=""),
                name="log_incident_has_severity",
            ),
            models.CheckConstraint(
                condition=Q(kind="deviation") & (~Q(reason_en="") | ~Q(reason_zh=""))
                | ~Q(kind="deviation") & Q(reason_en="", reason_zh=""),
                name="log_deviation_has_reason",
                violation_error_message=NO_REASON,
            ),
        ]
        triggers = [pgtrigger.Protect(name="log_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"

    @property
    def title(self) -> str:
        return f"{self.on} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return f"{reverse('trials:diary', args=[self.trial.slug])}#entry-{self.pk}"

    @property
    def parties(self) -> dict[str, int | None]:
        return self.trial.parties
