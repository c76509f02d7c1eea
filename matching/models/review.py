from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.match import Match


class Review(models.Model):
    """One expert's verdict on one match, with the reason; once in each round of the match."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve for trial")
        WANT = "want", _("Ask for more information")
        DECLINE = "decline", _("Decline")

    class Ground(models.TextChoices):
        FITS = "fits", _("Answers the need")
        PARTLY = "partly", _("Answers part of the need")
        OFF_TOPIC = "off_topic", _("Does not answer the need")
        NOT_READY = "not_ready", _("Not ready enough")
        COST = "cost", _("Cost outside the budget")
        SITE = "site", _("Does not suit the site")
        SAFETY = "safety", _("Safety or compliance")
        DUPLICATE = "duplicate", _("Already tried")
        UNCLEAR = "unclear", _("Information is missing")

    match = models.ForeignKey(Match, models.CASCADE, related_name="reviews")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    ground = models.CharField(_("ground"), max_length=16, choices=Ground)
    reason = models.TextField(_("reason"), max_length=3000)
    at = models.DateTimeField(default=timezone.now)
    round = models.PositiveSmallIntegerField(default=0)  # of the match when it was judged
    probability_shown = models.FloatField()
    rank_shown = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["match", "expert", "round"], name="review_once_for_each_expert"),
            models.CheckConstraint(condition=~Q(reason=""), name="review_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.expert} {self.verdict} {self.match}"
