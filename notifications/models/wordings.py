from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WordingQuerySet(models.QuerySet["Wording"]):
    def in_force(self) -> "WordingQuerySet":
        return self.filter(used_at__isnull=False, ended_at__isnull=True)

    def drafts(self) -> "WordingQuerySet":
        return self.filter(used_at__isnull=True)


class Wording(models.Model):
    """What the portal office has a mail say in one language, in the place of the room's own words.

    First a draft, then in force until another is or the original returns; what was in force stays as a
    record.
    """

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        TRADITIONAL = "zh-hant", "繁體中文"

    template = models.CharField(max_length=80)  # as `wishes/mail/publish`
    language = models.CharField(max_length=8, choices=Language)
    texts = models.JSONField()  # message of the catalogue → its forms, in the office's notation
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        constraints = [
            models.UniqueConstraint(
                fields=["template", "language"],
                condition=Q(used_at__isnull=False, ended_at__isnull=True),
                name="wording_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["template", "language"],
                condition=Q(used_at__isnull=True),
                name="wording_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(used_at__isnull=False), name="wording_ended_was_used"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"
