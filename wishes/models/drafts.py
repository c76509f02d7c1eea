from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.lib.writing.models import Draft
from wishes.models.call import Call
from wishes.models.wish import Wish


class WishDraftQuerySet(models.QuerySet["WishDraft"]):
    def visible_to(self, user) -> "WishDraftQuerySet":
        """Shared by the members of the department, and nobody else's business yet."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(organisation__in=list(user.membership_roles))


class WishDraft(Draft):
    """What is being written of a wish; the department's, whoever types."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="wish_drafts", verbose_name=_("department")
    )
    wish = models.OneToOneField(Wish, models.CASCADE, null=True, blank=True, related_name="writing")

    call = models.ForeignKey(
        Call, models.SET_NULL, null=True, related_name="+", verbose_name=_("call"), editable=False
    )

    objects = WishDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish being written")
        verbose_name_plural = _("wishes being written")
        indexes = [models.Index(fields=["organisation", "-updated_at"], name="draft_of_department")]

    def get_absolute_url(self) -> str:
        return reverse("wishes:tasks", args=[self.key])
