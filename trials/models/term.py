from collections.abc import Mapping

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 365  # days


class TermQuerySet(models.QuerySet["Term"]):
    def days(self) -> Mapping[str, int]:
        """By code: as the office has set it, else as the portal begins."""
        return {**Term.BEGINS, **dict(self.values_list("code", "days"))}


class Term(models.Model):
    """How many days a part of a report has. A row is what the office has set."""

    class Code(models.TextChoices):
        FINAL = "final", _("Final report: working days after the last day of measuring")
        INTERIM = "interim", _("Interim reports: days from one to the next while the trial runs")
        COMMENT = "comment", _("Vendor's comment: working days after the draft is handed over")

    BEGINS: Mapping[str, int] = {Code.FINAL: 60, Code.INTERIM: 90, Code.COMMENT: 10}

    code = models.CharField(_("term"), max_length=16, choices=Code, unique=True)
    days = models.PositiveSmallIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.CheckConstraint(condition=models.Q(days__gte=1, days__lte=LONGEST), name="term_of_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.days}"
