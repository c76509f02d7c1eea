from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.match import Match
from matching.models.ranker import Ranker
from solutions.models import Solution
from wishes.models import Wish


class Estimate(models.Model):
    """How well a solution fits the wish of a rapid call that it answers, while no match tells it.

    Of what is not public, so that only those who go through the answers read it; nothing is found by it.
    """

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="+")
    solution = models.ForeignKey(Solution, models.CASCADE, related_name="+")
    probability = models.FloatField(_("likely fit"))
    feasibility = models.CharField(max_length=16, choices=Match.Feasibility)
    confidence = models.FloatField()
    signals = models.JSONField(default=dict)
    score = models.JSONField(default=dict)  # as a match keeps it
    ranker = models.ForeignKey(Ranker, models.PROTECT, related_name="+")
    engine_version = models.CharField(max_length=40)
    wish_seen_at = models.DateTimeField()  # `updated_at` of the texts that were read
    solution_seen_at = models.DateTimeField()
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("estimate of an answer to a rapid call")
        verbose_name_plural = _("estimates of answers to rapid calls")
        constraints = [
            models.UniqueConstraint(fields=["wish", "solution"], name="estimate_once"),
            models.CheckConstraint(
                condition=Q(probability__range=(0, 1)), name="estimate_probability_0_to_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} × {self.solution_id}"

    def as_match(self) -> Match:
        """As a match that is not saved, for what explains one."""
        names = ("wish", "solution", "probability", "feasibility", "confidence", "signals", "score", "ranker")
        values = {name: getattr(self, name) for name in names}
        return Match(**values, rank=0, engine_version=self.engine_version)
