from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.review import Review
from solutions.models import Solution
from wishes.models import Wish


class Judgement(models.Model):
    """What one act of a person says of a pair, with what was known of it then. Weights are learnt from these.

    Of the pair and not of the match: a suggestion that was passed over may be gone tomorrow.
    """

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved")
        DECLINE = "decline", _("Declined")
        SHORTLISTED = "shortlisted", _("Shortlisted")
        SKIPPED = "skipped", _("Passed over")

    VERDICTS = (Kind.APPROVE, Kind.DECLINE)

    kind = models.CharField(max_length=12, choices=Kind)
    ground = models.CharField(max_length=16, choices=Review.Ground, blank=True)  # none: no expert's verdict
    wish = models.ForeignKey(Wish, models.CASCADE, related_name="+")
    solution = models.ForeignKey(Solution, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    place = models.PositiveIntegerField()  # among the wish's matches, as it was shown
    probability = models.FloatField()
    factors = models.JSONField(default=dict)  # name: 0 to 1, or null for what nobody said
    engine_version = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__range=(0, 1)), name="judgement_probability_0_to_1"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.wish_id} × {self.solution_id}"
