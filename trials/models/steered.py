"""What hangs on a trial and is read by those who take part in it."""

from typing import Any

from django.db import models

from trials.models.trial import Trial


class SteeredQuerySet(models.QuerySet):
    def of_inside(self, user: Any) -> "SteeredQuerySet":
        """Of trials in which this person takes part, or which they read as office or auditor."""
        return self.filter(trial__in=Trial.objects.inside(user))

    def for_rows(self) -> "SteeredQuerySet":
        """With what a rule or a mail asks of the trial."""
        return self.select_related("trial__match__wish", "trial__match__solution")


class Steered(models.Model):
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="%(class)ss")

    objects = SteeredQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def parties(self) -> dict[str, int | None]:
        return self.trial.parties
