from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class JudgingQuerySet(models.QuerySet["Judging"]):
    def due(self) -> "JudgingQuerySet":
        """Neither done nor given up; whether somebody is at it, only the lock knows."""
        return self.filter(done_at=None, failed_at=None)


class Judging(models.Model):
    """That the claims of a trial are to be judged, since its measuring is over, and how far that has come.

    A trial without a row ended before there were such rows, with its claims judged at once.
    """

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="judging", verbose_name=_("trial"))
    asked_at = models.DateTimeField(default=timezone.now)
    readings = models.BigIntegerField(default=0)  # that the claims are about
    claims = models.PositiveSmallIntegerField(default=0)
    judged = models.PositiveSmallIntegerField(default=0)  # of them
    attempts = models.PositiveSmallIntegerField(
        default=0
    )  # the token of each: who comes back late writes nothing
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # given up, until a person asks again
    error = models.TextField(blank=True)

    objects = JudgingQuerySet.as_manager()

    class Meta:
        verbose_name = _("judging of a trial")
        verbose_name_plural = _("judgings of trials")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(failed_at=None), name="judging_done_or_failed"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None, failed_at=None), name="judging_due")]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.judged}/{self.claims}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def has_failed(self) -> bool:
        return self.failed_at is not None
