from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.steered import Steered

FROM_1_TO_5 = [MinValueValidator(1), MaxValueValidator(5)]


class Likelihood(models.IntegerChoices):
    RARE = 1, _("1 Rare")
    UNLIKELY = 2, _("2 Unlikely")
    POSSIBLE = 3, _("3 Possible")
    LIKELY = 4, _("4 Likely")
    CERTAIN = 5, _("5 Almost certain")


class Impact(models.IntegerChoices):
    SLIGHT = 1, _("1 Slight")
    MINOR = 2, _("2 Minor")
    MODERATE = 3, _("3 Moderate")
    MAJOR = 4, _("4 Major")
    SEVERE = 5, _("5 Severe")


class Risk(Steered):
    """What may go wrong, as it stands now; how it stood before, the journal tells."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        OCCURRED = "occurred", _("Has occurred")
        OVER = "over", _("Over")

    title_en = models.CharField(_("risk, in English"), max_length=200, blank=True)
    title_zh = models.CharField(_("risk, in Traditional Chinese"), max_length=200, blank=True)
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood"), choices=Likelihood, validators=FROM_1_TO_5, default=Likelihood.POSSIBLE
    )
    impact = models.PositiveSmallIntegerField(
        _("impact"), choices=Impact, validators=FROM_1_TO_5, default=Impact.MODERATE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Who watches it and sees to what is done about it."),
    )
    mitigation_en = models.TextField(_("what is done about it, in English"), max_length=2000, blank=True)
    mitigation_zh = models.TextField(
        _("what is done about it, in Traditional Chinese"), max_length=2000, blank=True
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.OPEN)

    title = Bilingual()
    mitigation = Bilingual()

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="risk_has_a_title"),
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), impact__range=(1, 5)), name="risk_on_the_grid"
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("trials:risks", args=[self.trial.slug])

    @property
    def score(self) -> int:
        """1 to 25."""
        return self.likelihood * self.impact

    @property
    def level(self) -> str:
        """Low below 5, high from 15: the corners of the five-by-five grid."""
        return "high" if self.score >= 15 else "medium" if self.score >= 5 else "low"
