import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.refusing import REFUSE_IF
from trials.models.trial import Trial

CLAIM_FIELDS = ("trial", "statement_en", "statement_zh", "metric", "unit", "direction", "target", "method")
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
        THRESHOLD = "threshold", _("Mean against a threshold")
        PROPORTION = "proportion", _("Share of successes")

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
    result = models.JSONField(default=dict, editable=False)
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True, editable=False)

    statement = Bilingual()

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
