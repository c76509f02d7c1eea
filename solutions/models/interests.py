from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from solutions.models.solution import Solution


class Interest(models.Model):
    """A vendor answers a wish with a solution, and says why it fits.

    The wish is named by its public number: wishes and solutions are rooms of one floor.
    """

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="interests")
    wish_reference = models.CharField(_("wish"), max_length=16)
    pitch = models.TextField(_("why it fits"), max_length=2000)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a wish")
        verbose_name_plural = _("answers to wishes")
        constraints = [models.UniqueConstraint(fields=["solution", "wish_reference"], name="interest_once")]

    def __str__(self) -> str:
        return f"{self.solution_id} → {self.wish_reference}"
