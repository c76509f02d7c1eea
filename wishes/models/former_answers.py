from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.models.wish import LONG, Question


class FormerAnswer(models.Model):
    """What the department had answered in public before it corrected it."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="former_answers")
    text = models.TextField(_("answer"), max_length=LONG)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("former answer")
        verbose_name_plural = _("former answers")

    def __str__(self) -> str:
        return self.text[:60]
