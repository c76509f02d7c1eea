import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.report import Report


class Erratum(models.Model):
    """What was wrong in a published version, told with it for good.

    A wording is put right beside the report and signed as the report is; what bears on a figure is only
    announced, and a new version is made.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="errata")
    text_en = models.TextField(_("correction, in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("correction, in Traditional Chinese"), max_length=3000, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    # Of a wording put right: its place in the report's row of corrections, and the signed document.
    number = models.PositiveSmallIntegerField(null=True, editable=False)
    envelope = models.JSONField(null=True, editable=False)

    text = Bilingual()

    class Meta:
        verbose_name = _("erratum")
        verbose_name_plural = _("errata")
        constraints = [
            models.CheckConstraint(condition=~Q(text_en="") | ~Q(text_zh=""), name="erratum_says_something"),
            models.UniqueConstraint(fields=["report", "number"], name="erratum_number_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, envelope__isnull=True)
                | Q(number__isnull=False, envelope__isnull=False),
                name="erratum_signed_when_numbered",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="erratum_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.text)[:60]
