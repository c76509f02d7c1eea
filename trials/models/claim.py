from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.refusing import REFUSE_IF
from trials.models.trial import Trial

CLAIM_FIELDS = (
    *("trial", "statement_en", "statement_zh", "metric", "unit", "direction", "target", "method"),
    *("companion", "control", "figure", "baseline", "expected", "spread", "likeness", "per_day"),
    *("sampling_en", "sampling_zh", "instrument", "calibrated_on", "certificate", "uncertainty"),
)
PLAN_IS_LOCKED = "EXISTS (SELECT 1 FROM trials_trial WHERE id = OLD.trial_id AND plan_locked_at IS NOT NULL)"
CLAIM_IS_FIXED = "a claim of a locked plan cannot be changed"


class Claim(models.Model):
    """A figure that the plan promises, with the rule by which it will be judged."""

    class Direction(models.TextChoices):
        DECREASE = "decrease", _("falls by at least")
        INCREASE = "increase", _("rises by at least")
        AT_LEAST = "at_least", _("is at least")
        AT_MOST = "at_most", _("is at most")

    class Method(models.TextChoices):
        BEFORE_AFTER = "before_after", _("Before and after")
        WITH_WITHOUT = "with_without", _("With and without, side by side")
        PAIRED = "paired", _("The same units before and after, in pairs")
        ENERGY_WHOLE = "energy_whole", _("Energy of the whole site, by weather (IPMVP C)")
        ENERGY_ISOLATED = "energy_isolated", _("Energy of one system, by its load (IPMVP B)")
        THRESHOLD = "threshold", _("Mean against a threshold")
        PROPORTION = "proportion", _("Share of successes")
        DETECTION = "detection", _("Accuracy of detection")
        AVAILABILITY = "availability", _("Availability")
        ACCEPTANCE = "acceptance", _("Acceptance by users (answers from 1 to 5)")

    class Figure(models.TextChoices):
        PRECISION = "precision", _("Precision: of what was reported, the share that was so")
        RECALL = "recall", _("Recall: of what was so, the share that was reported")
        SPECIFICITY = "specificity", _("Specificity: of what was not so, the share left alone")

    class Verdict(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly_met", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="claims")
    position = models.PositiveSmallIntegerField(default=0)
    statement_en = models.CharField(_("claim, in English"), max_length=400, blank=True)
    statement_zh = models.CharField(_("claim, in Traditional Chinese"), max_length=400, blank=True)
    metric = models.SlugField(
        _("metric"), max_length=40, help_text=_("The name by which measurements name it.")
    )
    unit = models.CharField(_("unit"), max_length=40)
    direction = models.CharField(_("promise"), max_length=16, choices=Direction)
    target = models.DecimalField(
        _("target"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Per cent of the baseline for a change, else in the unit."),
    )
    method = models.CharField(_("method"), max_length=16, choices=Method)
    companion = models.SlugField(
        _("metric read beside it"),
        max_length=40,
        blank=True,
        help_text=_("Energy: outdoor temperature or load. Detection: what was truly so, 1 or 0."),
    )
    control = models.CharField(
        _("sensors of the control group"),
        max_length=400,
        blank=True,
        help_text=_("Of a trial side by side: the names of those without the solution, with commas."),
    )
    figure = models.CharField(_("figure of accuracy"), max_length=16, choices=Figure, blank=True)
    baseline = models.DecimalField(
        _("baseline, as far as it is known"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    expected = models.DecimalField(
        _("expected result"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_(
            "What the vendor expects, in the target's unit: the further from the target, the shorter."
        ),
    )
    spread = models.DecimalField(
        _("standard deviation of single readings"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
    )
    likeness = models.DecimalField(
        _("likeness of neighbouring readings (0 to 0.95)"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.95"))],
        help_text=_("0 when they are independent; daily readings of one meter often lie near 0.4."),
    )
    per_day = models.DecimalField(
        _("readings or cases a day"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    sampling_en = models.CharField(_("sampling, in English"), max_length=400, blank=True)
    sampling_zh = models.CharField(_("sampling, in Traditional Chinese"), max_length=400, blank=True)
    instrument = models.CharField(_("instrument"), max_length=200, blank=True)
    calibrated_on = models.DateField(_("calibrated on"), null=True, blank=True)
    certificate = models.CharField(_("calibration certificate"), max_length=120, blank=True)
    uncertainty = models.CharField(
        _("uncertainty of the instrument"), max_length=120, blank=True, help_text=_("Such as ±0.5 % (k = 2).")
    )
    result = models.JSONField(default=dict, editable=False)
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True, editable=False)

    statement = Bilingual()
    sampling = Bilingual()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(fields=["trial", "metric"], name="claim_metric_once"),
            models.CheckConstraint(
                condition=~Q(statement_en="") | ~Q(statement_zh=""), name="claim_has_a_statement"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="locked_claim",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*CLAIM_FIELDS),
                func=REFUSE_IF.format(test=PLAN_IS_LOCKED, why=CLAIM_IS_FIXED, row="NEW"),
            ),
            pgtrigger.Trigger(
                name="locked_claim_stays",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=REFUSE_IF.format(test=PLAN_IS_LOCKED, why=CLAIM_IS_FIXED, row="OLD"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.statement)

    @property
    def controls(self) -> frozenset[str]:
        """The sensors of the group without the solution."""
        return frozenset(name.strip() for name in self.control.split(",") if name.strip())
