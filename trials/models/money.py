from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.steered import Steered

FIRST_YEAR, LAST_YEAR = 2000, 2199


class BudgetLine(Steered):
    """Money of one kind in one financial year of the Hong Kong Government, which begins on 1 April."""

    year = models.PositiveSmallIntegerField(
        _("financial year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )  # in which it begins: 2026 is 2026–27
    label_en = models.CharField(_("what for, in English"), max_length=200, blank=True)
    label_zh = models.CharField(_("what for, in Traditional Chinese"), max_length=200, blank=True)
    planned = models.DecimalField(_("planned"), max_digits=12, decimal_places=2, default=0)
    spent = models.DecimalField(_("spent"), max_digits=12, decimal_places=2, default=0)
    scheme = models.CharField(
        _("funding scheme"), max_length=120, blank=True, help_text=_("Empty: the department's own money.")
    )
    scheme_reference = models.CharField(_("reference of the funding"), max_length=80, blank=True)

    label = Bilingual()

    class Meta:
        verbose_name = _("line of money")
        verbose_name_plural = _("lines of money")
        constraints = [
            models.CheckConstraint(
                condition=~Q(label_en="") | ~Q(label_zh=""), name="money_is_for_something"
            ),
            models.CheckConstraint(condition=Q(planned__gte=0, spent__gte=0), name="money_is_not_negative"),
            models.CheckConstraint(
                condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="money_year_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.label}"

    @property
    def left(self) -> Decimal:
        return self.planned - self.spent
