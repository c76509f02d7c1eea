from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(minutes=2)  # of a worker that writes one part after the other, renewed with each


class FanoutQuerySet(models.QuerySet["Fanout"]):
    def due(self) -> "FanoutQuerySet":
        """Those that still have people to tell, and that no other worker is at."""
        now = timezone.now()
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE), done_at__isnull=True
        ).order_by("pk")

    def claim(self, pk: int) -> bool:
        return bool(self.due().filter(pk=pk).update(claimed_at=timezone.now()))

    def unasked(self) -> "FanoutQuerySet":
        """Those to followers whose keys nobody has asked for yet."""
        return self.filter(people=None, done_at=None)


class Fanout(models.Model):
    """A notice to so many people that a worker writes their rows.

    Itself a row of the transition's own transaction: whoever clicks waits for one row, and none is lost.
    """

    entry_id = models.BigIntegerField()  # of journal.Entry
    said = models.JSONField()  # what each person's row says
    is_urgent = models.BooleanField(default=False)
    to_visitors = models.BooleanField(default=False)  # whose keys these are
    people = ArrayField(models.BigIntegerField(), null=True)  # keys, as they were when it happened
    # Of a notice to followers a worker finds these: by what is followed, and the newest follow of the time.
    followed = models.JSONField(default=list)
    newest_follow = models.BigIntegerField(null=True)
    written = models.PositiveIntegerField(default=0)  # of these, from the first
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = FanoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to many")
        verbose_name_plural = _("notices to many")
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="fanout_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(people__isnull=False) | Q(newest_follow__isnull=False),
                name="fanout_knows_whom_to_tell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.written}"

    @property
    def left(self) -> int:
        """People whose rows are not written yet."""
        return len(self.people or ()) - self.written
