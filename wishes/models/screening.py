from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.lib.writing.answers import Answers
from wishes.models.wish import LONG, Wish


class WishReturn(models.Model):
    """The portal office gave a wish back; what it said then, so that what has changed since can be shown."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="returns")
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(default=timezone.now)
    said: "models.JSONField[Answers, Answers]" = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("return of a wish")
        verbose_name_plural = _("returns of wishes")
        indexes = [models.Index(fields=["wish", "-returned_at"], name="return_of_wish")]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.returned_at:%Y-%m-%d}"


class ScreeningQuestion(models.Model):
    """What the portal office asks about a part of a wish; answered when its department hands it in again."""

    given_back = models.ForeignKey(WishReturn, models.CASCADE, related_name="questions")
    about = models.SlugField(_("about"), max_length=20)  # the page of the guided writer that asks for it
    text = models.TextField(_("question"), max_length=2000)
    answer = models.TextField(_("answer"), max_length=LONG, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question of the screening")
        verbose_name_plural = _("questions of the screening")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="screening_question_answered_when_answered",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
