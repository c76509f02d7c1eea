from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Conflict(models.Model):
    """An expert declared that an organisation is too near for a fair judgement."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="conflicts")
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [models.UniqueConstraint(fields=["expert", "organisation"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.expert} – {self.organisation}"


def declared_by(user: User) -> set[int]:
    """The organisations that this person declared; asked of the database once for each request."""
    if not hasattr(user, "_declared"):
        rows = Conflict.objects.filter(expert=user).values_list("organisation_id", flat=True)
        user._declared = set(rows)  # type: ignore[attr-defined]
    return user._declared  # type: ignore[attr-defined]
