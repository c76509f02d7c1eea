from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, new_key
from wishes.models.wish import Wish

if TYPE_CHECKING:
    from wishes.answers import Answers


class WishDraftQuerySet(models.QuerySet["WishDraft"]):
    def visible_to(self, user) -> "WishDraftQuerySet":
        """Shared by the members of the department, and nobody else's business yet."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(organisation__in=list(user.membership_roles))


class WishDraft(models.Model):
    """What is being written of a wish, as it was typed: right or wrong, finished or not.

    It ends when it becomes the wish, which takes over its key: an address of the draft then leads there.
    """

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="wish_drafts", verbose_name=_("department")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    wish = models.OneToOneField(Wish, models.CASCADE, null=True, blank=True, related_name="writing")
    # What the wish said when its changing began, so that a change made elsewhere is seen at the end.
    seen = models.JSONField(default=dict, blank=True)
    answers: "models.JSONField[Answers, Answers]" = models.JSONField(default=dict, blank=True)
    tabs = models.JSONField(default=dict, blank=True)  # field → the open page that autosaved it last
    revision = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    objects = WishDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish being written")
        verbose_name_plural = _("wishes being written")
        indexes = [models.Index(fields=["organisation", "-updated_at"], name="draft_of_department")]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("wishes:tasks", args=[self.key])
