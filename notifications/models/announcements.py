from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from journal.models import Stateful


@dataclass(frozen=True)
class Segment:
    """Whom an announcement is for: all that is named must hold; what is empty asks nothing."""

    roles: tuple[str, ...] = ()  # of the portal, or `member`, `approver` of an organisation
    kinds: tuple[str, ...] = ()  # of an organisation that the person belongs to
    topics: tuple[str, ...] = ()  # one that the person follows, by slug
    languages: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Segment":
        return cls(**{name: tuple(values) for name, values in data.items()})

    def as_data(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in asdict(self).items()}


class Announcement(Stateful):
    """One thing that the portal office tells many people; what it says is fixed once it is confirmed."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        HELD = "held", _("Waits for a second person")
        WAITING = "waiting", _("About to go")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")
        RECALLED = "recalled", _("Recalled")  # while some of its mails still waited

    GONE = (Status.SENT, Status.RECALLED)

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    subject_en = models.CharField(_("Subject in English"), max_length=120)
    subject_zh = models.CharField(_("Subject in Traditional Chinese"), max_length=120)
    text_en = models.TextField(_("Text in English"), max_length=3000)
    text_zh = models.TextField(_("Text in Traditional Chinese"), max_length=3000)
    path = models.CharField(_("Page of the portal that it leads to"), max_length=200, blank=True)
    segment = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    confirmed_for = models.PositiveIntegerField(null=True)  # people who were counted, and agreed to
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    goes_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    entry_id = models.BigIntegerField(null=True)  # of journal.Entry, by which its notices are known
    reached = models.JSONField(default=dict)  # who was told and who left out, as counted when it went

    subject = Bilingual()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", goes_at__isnull=False) | ~Q(status="waiting"),
                name="announcement_waits_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["sent", "recalled"], sent_at__isnull=False)
                | (~Q(status__in=["sent", "recalled"]) & Q(sent_at__isnull=True)),
                name="announcement_sent_when",
            ),
        ]
        indexes = [models.Index(fields=["goes_at"], condition=Q(status="waiting"), name="announcement_due")]

    def __str__(self) -> str:
        return str(self.subject_en)

    @property
    def left_out(self) -> int:
        """People of the segment who were not told."""
        return int(self.reached.get("matched", 0)) - int(self.reached.get("told", 0))

    def get_absolute_url(self) -> str:
        """Where its readers are led; the page of the office is another."""
        return self.path or reverse("home")


@lru_cache(maxsize=32)
def sent_text(pk: int) -> tuple[str, str]:
    """What an announcement that went says, in English and Chinese: it never changes again.

    :raises Announcement.DoesNotExist: none of this number was sent.
    """
    rows = Announcement.objects.filter(status__in=Announcement.GONE)
    return rows.values_list("text_en", "text_zh").get(pk=pk)
