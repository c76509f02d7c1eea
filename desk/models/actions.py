from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BulkAction(models.Model):
    """One verb that a person did to many things in one go, and what became of each."""

    reference = models.CharField(_("number"), max_length=16, unique=True, editable=False)
    token = models.CharField(
        max_length=64, unique=True, editable=False
    )  # of what was confirmed, so once only
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    noun = models.CharField(_("noun"), max_length=64)
    verb = models.CharField(_("verb"), max_length=40)
    rows = models.JSONField(default=list)  # of each: pk, label, url, fault ("" when it was done)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")

    def __str__(self) -> str:
        return f"{self.reference} {self.noun} {self.verb}"
