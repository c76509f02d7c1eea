import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.report import Report


class Erratum(models.Model):
    """What was wrong in a published version, printed with it for good."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="errata")
    text_en = models.TextField(_("correction, in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("correction, in Traditional Chinese"), max_length=3000, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    text = Bilingual()

    class Meta:
        verbose_name = _("erratum")
        verbose_name_plural = _("errata")
        constraints = [
            models.CheckConstraint(condition=~Q(text_en="") | ~Q(text_zh=""), name="erratum_says_something")
        ]
        triggers = [
            pgtrigger.Protect(name="erratum_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.text)[:60]
