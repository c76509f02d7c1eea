from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from innoportal.languages import Bilingual
from journal.clock import today
from solutions.models import of_authors
from trials.models.report import Report
from trials.models.subjects import JUDGEMENT, subjects
from trials.models.trial import Trial

T = Trial.Status


class ReportDueQuerySet(models.QuerySet["ReportDue"]):
    def visible_to(self, user) -> "ReportDueQuerySet":
        """The parties, the engineer and those who oversee; a verifier reads the reports, not their dates."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser or user.has_role(Role.AUDITOR) or user.has_role(Role.OFFICE):
            return self.all()
        own = list(user.membership_roles)
        seen = Q(trial__match__wish__organisation__in=own) | Q(trial__engineer=user)
        return self.filter(seen | of_authors(own, "trial__match__solution__"))

    def owed(self) -> "ReportDueQuerySet":
        """An interim one while the trial runs; the final one until the first version is published."""
        running = Q(kind="interim", handed_in_at=None, trial__status__in=(T.RUNNING, T.PAUSED))
        signed = Report.objects.filter(trial=OuterRef("trial")).exclude(payload_hash="")
        awaited = (T.RUNNING, T.PAUSED, T.MEASURED, T.STOPPED, T.REPORTING)
        final = Q(kind="final", trial__status__in=awaited) & ~Exists(signed)
        return self.filter(running | final)

    def overdue(self) -> "ReportDueQuerySet":
        return self.owed().filter(due_on__lt=today())

    def for_rows(self) -> "ReportDueQuerySet":
        """What lists and mails read, in a fixed number of queries."""
        return (
            self.select_related("trial__match", "trial__venue", "trial__engineer")
            .defer(*(f"trial__{column}" for column in JUDGEMENT))
            .prefetch_related(*subjects("trial__match"))
        )


class ReportDue(models.Model):
    """The day by which a report of a trial is due; of an interim one, also what it said."""

    class Kind(models.TextChoices):
        INTERIM = "interim", _("Interim report")
        FINAL = "final", _("Final report")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="dues", verbose_name=_("trial"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    due_on = models.DateField(_("due on"))
    set_on = models.DateField(_("set on"))  # since when this day is known
    is_moved = models.BooleanField(_("moved by a person"), default=False)  # the rule moves it no more
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    text_en = models.TextField(_("how the trial stands, in English"), max_length=6000, blank=True)
    text_zh = models.TextField(_("how the trial stands, in Traditional Chinese"), max_length=6000, blank=True)
    figures = models.JSONField(default=dict, editable=False)  # of the record, when it was handed in

    objects = ReportDueQuerySet.as_manager()
    text = Bilingual()

    class Meta:
        verbose_name = _("day of a report")
        verbose_name_plural = _("days of reports")
        constraints = [
            models.UniqueConstraint(fields=["trial", "kind", "number"], name="report_due_once"),
            models.CheckConstraint(
                condition=Q(handed_in_at=None, handed_in_by=None)
                | (Q(kind="interim", handed_in_at__isnull=False, handed_in_by__isnull=False)
                   & (~Q(text_en="") | ~Q(text_zh=""))),
                name="interim_report_says_something",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["due_on", "id"], name="report_due_first")]

    def __str__(self) -> str:
        return f"{self.trial} {self.kind} {self.number}"

    def get_absolute_url(self) -> str:
        if self.kind == self.Kind.INTERIM:
            return reverse("trials:interim", args=[self.trial.slug, self.pk])
        return self.trial.get_absolute_url()

    @property
    def is_late(self) -> bool:
        return self.due_on < today()

    def days_over(self, on: date | None = None) -> int:
        return max(0, ((on or today()) - self.due_on).days)
