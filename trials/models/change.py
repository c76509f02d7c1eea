from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from journal.models import Stateful
from trials.models.log import LogEntry
from trials.models.steered import Steered


class ChangeRequest(Steered, Stateful):
    """What somebody wants otherwise than agreed. Both sides decide; what touches the plan is a deviation."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for both sides")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Part(models.TextChoices):
        CLAIMS = "claims", _("Claims")
        METHOD = "method", _("Method of measuring")
        DATES = "dates", _("First or last day")
        VENUE = "venue", _("Venue")
        SCALE = "scale", _("Scale")
        STOP_RULES = "stop_rules", _("Stop rules")
        MONEY = "money", _("Money planned")

    status = models.CharField(
        _("status"),
        max_length=24,
        choices=Status,
        default=Status.PROPOSED,
        editable=False,
        db_index=True,
    )
    what_en = models.TextField(_("what is to change, in English"), max_length=600, blank=True)
    what_zh = models.TextField(_("what is to change, in Traditional Chinese"), max_length=600, blank=True)
    why_en = models.TextField(_("why, in English"), max_length=600, blank=True)
    why_zh = models.TextField(_("why, in Traditional Chinese"), max_length=600, blank=True)
    on_claims_en = models.TextField(_("effect on the claims, in English"), max_length=400, blank=True)
    on_claims_zh = models.TextField(
        _("effect on the claims, in Traditional Chinese"), max_length=400, blank=True
    )
    days = models.SmallIntegerField(
        _("days more (or fewer, with a minus)"), default=0, help_text=_("0 when it ends on the same day.")
    )
    money = models.DecimalField(
        _("money more (or less, with a minus)"), max_digits=12, decimal_places=2, default=0
    )
    touches = ArrayField(
        models.CharField(max_length=16, choices=Part),
        verbose_name=_("parts of the locked plan that it touches"),
        default=list,
        blank=True,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    deviation = models.OneToOneField(
        LogEntry, models.PROTECT, null=True, editable=False, related_name="change_request"
    )

    what = Bilingual()
    why = Bilingual()
    on_claims = Bilingual()

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            models.CheckConstraint(
                condition=(~Q(what_en="") | ~Q(what_zh="")) & (~Q(why_en="") | ~Q(why_zh="")),
                name="change_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(deviation=None) & (~Q(status="accepted") | Q(touches=[]))
                | Q(status="accepted") & ~Q(touches=[]) & ~Q(deviation=None),
                name="change_of_the_plan_is_a_deviation",
            ),
        ]

    def __str__(self) -> str:
        return str(self.what)[:80]

    def get_absolute_url(self) -> str:
        return f"{reverse('trials:changes', args=[self.trial.slug])}#change-{self.pk}"
