from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.steered import Steered


class Meeting(Steered):
    """Minutes of a progress meeting; what was decided stays as it was written."""

    on = models.DateField(_("day of the meeting"))
    present = models.TextField(
        _("present"), max_length=1000, help_text=_("Names and for whom they came, one on a line.")
    )
    decisions_en = models.TextField(_("what was decided, in English"), max_length=4000, blank=True)
    decisions_zh = models.TextField(
        _("what was decided, in Traditional Chinese"), max_length=4000, blank=True
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    decisions = Bilingual()

    class Meta:
        verbose_name = _("minutes of a meeting")
        verbose_name_plural = _("minutes of meetings")
        constraints = [
            models.CheckConstraint(
                condition=~Q(decisions_en="") | ~Q(decisions_zh=""), name="meeting_decided_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"

    def get_absolute_url(self) -> str:
        return reverse("trials:meetings", args=[self.trial.slug])


class ActionQuerySet(models.QuerySet["Action"]):
    def open(self) -> "ActionQuerySet":
        return self.filter(done_on=None)

    def for_mails(self) -> "ActionQuerySet":
        return self.select_related(
            "owner", *(f"meeting__trial__{side}" for side in ("match__wish", "match__solution", "engineer"))
        )


class Action(models.Model):
    """What somebody took home from a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="actions")
    what = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who does it")
    )
    due_on = models.DateField(_("by when"))
    done_on = models.DateField(null=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(done_on=None), name="action_open_of_owner")
        ]

    def __str__(self) -> str:
        return self.what
