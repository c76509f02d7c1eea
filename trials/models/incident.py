from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from journal.models import Stateful
from trials.models.log import LogEntry
from trials.models.steered import SteeredQuerySet
from trials.models.trial import Trial


class IncidentQuerySet(SteeredQuerySet):
    def for_rows(self) -> "IncidentQuerySet":
        return self.select_related("entry", "trial__match__wish", "trial__match__solution")

    def unanswered(self) -> "IncidentQuerySet":
        return self.filter(status=Incident.Status.RAISED)


class Incident(Stateful):
    """What becomes of an incident of the log: somebody must answer for it, and somebody says how it ended."""

    class Status(models.TextChoices):
        LOGGED = "logged", _("Logged")
        RAISED = "raised", _("Not acknowledged yet")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CLOSED = "closed", _("Closed")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="incidents")
    entry = models.OneToOneField(LogEntry, models.CASCADE, related_name="incident")
    status = models.CharField(
        _("status"),
        max_length=24,
        choices=Status,
        default=Status.LOGGED,
        editable=False,
        db_index=True,
    )
    wants_pause = models.BooleanField(default=False, editable=False)  # by the plan's rule somebody decides

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")

    def __str__(self) -> str:
        return str(self.entry)

    def get_absolute_url(self) -> str:
        return f"{reverse('trials:incidents', args=[self.trial.slug])}#incident-{self.pk}"

    @property
    def parties(self) -> dict[str, int | None]:
        return self.trial.parties

    @property
    def engineer(self) -> Any:
        return self.trial.engineer
