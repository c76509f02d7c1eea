from django.db import models
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual

OTHER = "other"  # none of the list: the own words say it all


class GroundQuerySet(models.QuerySet["Ground"]):
    def to_choose(self, noun: str, verb: str) -> "GroundQuerySet":
        """What may be said today, in the order of the list."""
        return self.filter(noun=noun, verb=verb, is_active=True).order_by("position", "pk")


class Ground(models.Model):
    """Why something may be refused, as everyone counts it; what it means here, the person writes beside it.

    A row that was ever used is ended, not removed: entries keep its words as they were.
    """

    noun = models.CharField(_("noun"), max_length=64)
    verb = models.CharField(_("verb"), max_length=40)
    code = models.SlugField(_("code"), max_length=24)
    words_en = models.CharField(_("words in English"), max_length=120)
    words_zh = models.CharField(_("words in Traditional Chinese"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("may be chosen"), default=True)

    objects = GroundQuerySet.as_manager()
    words = Bilingual()

    class Meta:
        verbose_name = _("ground of a refusal")
        verbose_name_plural = _("grounds of refusals")
        constraints = [models.UniqueConstraint(fields=["noun", "verb", "code"], name="ground_once")]

    def __str__(self) -> str:
        return f"{self.noun} {self.verb}: {self.code}"
