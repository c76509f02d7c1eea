from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.claim import Claim
from trials.models.trial import Trial

NOT_BELOW_ZERO = [MinValueValidator(Decimal(0))]


def hong_kong_dollars(label: Any, **more: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, validators=NOT_BELOW_ZERO, **more)


class Benefit(models.Model):
    """What a year with the solution costs and saves: entered once, in HK$; what it comes to is computed.

    A saving that was measured is `claim`'s effect on `per_year`; nothing else of it can be entered.
    """

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="benefit")
    claim = models.ForeignKey(
        Claim,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claim that saves money"),
    )
    per_year = models.DecimalField(
        _("what it comes to in a year without the solution"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=NOT_BELOW_ZERO,
    )
    unit = models.CharField(_("unit of the year's amount"), max_length=20, blank=True)
    price = models.DecimalField(
        _("price of one unit (HK$)"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=NOT_BELOW_ZERO,
    )
    other_saving = hong_kong_dollars(_("other saving a year (HK$)"), default=Decimal(0))
    running_cost = hong_kong_dollars(_("running cost a year (HK$)"), default=Decimal(0))
    outlay = hong_kong_dollars(_("price with installation (HK$)"), default=Decimal(0))
    basis_en = models.TextField(_("where these figures come from, in English"), max_length=2000, blank=True)
    basis_zh = models.TextField(
        _("where these figures come from, in Traditional Chinese"), max_length=2000, blank=True
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    basis = Bilingual()

    class Meta:
        verbose_name = _("cost and benefit")
        verbose_name_plural = _("costs and benefits")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(claim=None, per_year=None, price=None)
                | models.Q(claim__isnull=False, per_year__isnull=False, price__isnull=False),
                name="benefit_measured_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis_en="") | ~models.Q(basis_zh=""), name="benefit_says_its_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id}: HK$ {self.outlay}"
