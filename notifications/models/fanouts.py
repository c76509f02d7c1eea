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


class Fanout(models.Model):
    """A notice to so many people that a worker writes their rows.

    Itself a row of the transition's own transaction: whoever clicks waits for one row, and none is lost.
    """

    entry_id = models.BigIntegerField()  # of journal.Entry
    said = models.JSONField()  # what each person's row says
    is_urgent = models.BooleanField(default=False)
    to_visitors = models.BooleanField(default=False)  # whose keys these are
    people = ArrayField(models.BigIntegerField())  # keys, as they were when it happened
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

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.written}"
