from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def of(self, noun: str) -> "PledgeQuerySet":
        """Of a noun, in the order of its life."""
        return self.filter(noun=noun).order_by("pk")


class Pledge(models.Model):
    """How soon, in working days, one of `answers` must follow `step`.

    The days stand still from a verb in `paused_by` to one in `resumed_by`: then `awaited` owes an answer.
    """

    noun = models.CharField(_("noun"), max_length=64)
    step = models.CharField(_("step"), max_length=40)
    answers = ArrayField(models.CharField(max_length=40), verbose_name=_("answers"))
    working_days = models.PositiveSmallIntegerField(_("working days"))
    debtor = models.CharField(_("who owes it"), max_length=24)
    paused_by = ArrayField(
        models.CharField(max_length=40), verbose_name=_("paused by"), default=list, blank=True
    )
    resumed_by = ArrayField(
        models.CharField(max_length=40), verbose_name=_("goes on with"), default=list, blank=True
    )
    ends = ArrayField(
        models.CharField(max_length=40), verbose_name=_("needs no answer after"), default=list, blank=True
    )
    awaited = models.CharField(_("who answers while it is paused"), max_length=24, blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("performance pledge")
        verbose_name_plural = _("performance pledges")
        constraints = [models.UniqueConstraint(fields=["noun", "step"], name="pledge_once")]

    def __str__(self) -> str:
        return f"{self.noun} {self.step} + {self.working_days}"
