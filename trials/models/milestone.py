from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from journal.clock import today
from trials.models.steered import Steered


class Milestone(Steered):
    """A step of a trial that is reached or not; the share of the trial that is done is the share of these."""

    title_en = models.CharField(_("milestone, in English"), max_length=200, blank=True)
    title_zh = models.CharField(_("milestone, in Traditional Chinese"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"))
    set_on = models.DateField(default=today, editable=False)  # when that day was chosen
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("How much of the whole it is, beside the others: 2 counts twice as much as 1."),
    )
    reached_on = models.DateField(_("reached on"), null=True, editable=False)
    reached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    title = Bilingual()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="milestone_has_a_title"),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="milestone_weighs"),
            models.CheckConstraint(
                condition=Q(reached_on=None, reached_by=None) | ~Q(reached_on=None) & ~Q(reached_by=None),
                name="milestone_reached_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("trials:milestones", args=[self.trial.slug])
