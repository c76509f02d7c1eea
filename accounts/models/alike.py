from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SuspectedPairQuerySet(models.QuerySet["SuspectedPair"]):
    def waiting(self) -> "SuspectedPairQuerySet":
        """Not judged; where one of the two leads elsewhere by now there is nothing left to judge."""
        standing = Q(first__merged_into__isnull=True, second__merged_into__isnull=True)
        return self.filter(standing, decision="")

    def decided(self) -> "SuspectedPairQuerySet":
        return self.exclude(decision="")


class SuspectedPair(models.Model):
    """Two organisations that may be one. A pair is judged once, and the judgement stays."""

    class Decision(models.TextChoices):
        SAME = "same", _("The same")
        DIFFERENT = "different", _("Different")

    class Why(models.TextChoices):
        NAME = "name", _("Nearly the same name")
        NUMBER = "number", _("The same registration number")
        DOMAIN = "domain", _("The same domain of website or e-mail")
        OFFICE = "office", _("The portal office thinks so")

    first = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    second = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=12, choices=Why), verbose_name=_("why"))
    # Who registered the newer one was shown the other, and went on.
    is_denied = models.BooleanField(default=False)
    found_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision, blank=True)
    note = models.TextField(_("reason"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = SuspectedPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisations that may be one")
        verbose_name_plural = _("organisations that may be one")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="suspected_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="suspected_in_order"),
            models.CheckConstraint(condition=~Q(reasons=[]), name="suspected_for_a_reason"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(note="")),
                name="suspicion_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}?"

    def get_absolute_url(self) -> str:
        return reverse("people:suspected-pair", args=[self.pk])

    @property
    def why(self) -> list[str]:
        return [str(self.Why(one).label) for one in self.reasons]
