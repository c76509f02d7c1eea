from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from innoportal.languages import Bilingual
from journal.models import Stateful
from trials.models.log import LogEntry
from trials.models.money import BudgetLine
from trials.models.refusing import REFUSE_IF
from trials.models.report import Report
from trials.models.steered import Steered, SteeredQuerySet
from trials.models.trial import Trial

ONE_WAITS = _("A correction of this record waits for a verifier already.")
# What was asked for is what is decided on, and what was decided stays.
AS_ASKED = (
    *("trial", "report", "number", "kind", "reason_en", "reason_zh", "proposed_by", "proposed_at"),
    *("metric", "sensor", "since", "until", "factor", "offset", "concerned", "line", "amount"),
    *("on", "severity", "text_en", "text_zh"),
)
OF_READINGS = ("exclude", "scale")
NO_SPAN = Q(metric="", sensor="", since=None, until=None, concerned=0)
NO_MONEY = Q(line=None, amount=None)
NO_INCIDENT = Q(on=None, severity="", text_en="", text_zh="")
SPAN = ~Q(metric="") & Q(since__isnull=False, until__gte=F("since"), concerned__gte=1)


class AmendmentQuerySet(SteeredQuerySet):
    def visible_to(self, user: Any) -> "AmendmentQuerySet":
        """Everyone reads what is in effect; what is only asked for, those who take part and verifiers."""
        in_effect = Q(status=Amendment.Status.AGREED)
        if not user.is_authenticated:
            return self.filter(in_effect)
        if user.has_role(Role.VERIFIER):
            return self.all()
        return self.filter(in_effect | Q(trial__in=Trial.objects.inside(user)))

    def in_effect(self) -> "AmendmentQuerySet":
        """In their order: each is of the record as those before it left it."""
        return self.filter(status=Amendment.Status.AGREED).order_by("number")

    def of_readings(self) -> "AmendmentQuerySet":
        return self.filter(kind__in=OF_READINGS)

    def waiting(self) -> "AmendmentQuerySet":
        return self.filter(status=Amendment.Status.PROPOSED)

    def for_rows(self) -> "AmendmentQuerySet":
        return self.select_related(
            *("trial__match__wish", "trial__match__solution", "report", "line", "proposed_by", "agreed_by")
        ).defer("report__envelope", "report__drafted")


class Amendment(Steered, Stateful):
    """What of a trial's record was wrong, and how it is to be read after its report was published.

    Asked for by who runs the trial, in effect once a verifier of neither side has agreed. What was taken,
    paid or logged is not touched: the analysis reads it as this row says.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for a verifier")
        AGREED = "agreed", _("In effect")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Kind(models.TextChoices):
        EXCLUDE = "exclude", _("Readings are left out")
        SCALE = "scale", _("Readings are put right by a factor and an offset")
        MONEY = "money", _("Money spent is put right")
        INCIDENT = "incident", _("An incident was missed")

    status = models.CharField(
        _("status"),
        max_length=24,
        choices=Status,
        default=Status.PROPOSED,
        editable=False,
        db_index=True,
    )
    report = models.ForeignKey(Report, models.PROTECT, related_name="amendments", editable=False)
    number = models.PositiveSmallIntegerField(editable=False)  # within the trial, from 1
    kind = models.CharField(_("what is put right"), max_length=16, choices=Kind)
    reason_en = models.TextField(_("reason, in English"), max_length=1000, blank=True)
    reason_zh = models.TextField(_("reason, in Traditional Chinese"), max_length=1000, blank=True)
    # Readings: all of a metric between two moments, both included; of one sensor, or with "" of each.
    metric = models.CharField(_("metric"), max_length=40, blank=True)
    sensor = models.CharField(_("sensor"), max_length=80, blank=True)
    since = models.DateTimeField(_("first moment"), null=True, blank=True)
    until = models.DateTimeField(_("last moment"), null=True, blank=True)
    # Read as value × factor + offset, in the unit of the metric.
    factor = models.DecimalField(_("factor"), max_digits=16, decimal_places=8, null=True, blank=True)
    offset = models.DecimalField(_("offset"), max_digits=16, decimal_places=8, null=True, blank=True)
    concerned = models.PositiveBigIntegerField(default=0, editable=False)  # readings when it was asked for
    # Money spent in all in HK$, of one line or of the trial that has no lines.
    line = models.ForeignKey(
        BudgetLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("line of money")
    )
    amount = models.DecimalField(
        _("money spent (HK$)"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    on = models.DateField(_("day"), null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=LogEntry.Severity, blank=True)
    text_en = models.TextField(_("what happened, in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("what happened, in Traditional Chinese"), max_length=3000, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    agreed_at = models.DateTimeField(null=True, editable=False)
    # What was computed of each claim before this was in effect: {metric: {"verdict", "result"}}.
    before = models.JSONField(default=dict, editable=False)
    logged = models.OneToOneField(
        LogEntry, models.PROTECT, null=True, related_name="amendment", editable=False
    )

    objects = AmendmentQuerySet.as_manager()  # type: ignore[misc]
    reason = Bilingual()
    text = Bilingual()

    class Meta:
        verbose_name = _("correction of the record")
        verbose_name_plural = _("corrections of the record")
        constraints = [
            models.UniqueConstraint(fields=["trial", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                fields=["trial"],
                condition=Q(status="proposed"),
                name="amendment_one_waits",
                violation_error_message=ONE_WAITS,
            ),
            models.CheckConstraint(condition=~Q(reason_en="") | ~Q(reason_zh=""), name="amendment_says_why"),
            models.CheckConstraint(
                condition=Q(status="agreed", agreed_by__isnull=False, agreed_at__isnull=False)
                & ~Q(agreed_by=F("proposed_by"))
                | ~Q(status="agreed") & Q(agreed_by=None, agreed_at=None),
                name="amendment_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=SPAN & NO_MONEY & NO_INCIDENT & Q(kind="exclude", factor=None, offset=None)
                | SPAN & NO_MONEY & NO_INCIDENT & Q(kind="scale", factor__isnull=False, offset__isnull=False)
                | Q(kind="money", amount__gte=0, factor=None, offset=None) & NO_SPAN & NO_INCIDENT
                | Q(kind="incident", on__isnull=False, factor=None, offset=None)
                & ~Q(severity="")
                & (~Q(text_en="") | ~Q(text_zh=""))
                & NO_SPAN
                & NO_MONEY,
                name="amendment_of_one_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="scale") | (~Q(factor=1) | ~Q(offset=0)) & ~Q(factor=0),
                name="amendment_changes_readings",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="amendment_is_as_asked", fields=list(AS_ASKED)),
            pgtrigger.Trigger(
                name="amendment_decided_is_final",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=REFUSE_IF.format(
                    test="OLD.status <> 'proposed'", why="a decided correction cannot be changed", row="NEW"
                ),
            ),
            pgtrigger.Protect(name="amendment_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.report.reference or '—'} {self.number}"

    def get_absolute_url(self) -> str:
        return f"{reverse('trials:report-amendments', args=[self.report.slug])}#amendment-{self.number}"

    @property
    def is_in_effect(self) -> bool:
        return self.status == self.Status.AGREED
