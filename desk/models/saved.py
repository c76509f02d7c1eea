from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role

# Lists that can be kept, by the name of their address; a list that goes leaves its views to say so.
LISTS = {
    "wishes:list": _("Wishes"),
    "solutions:list": _("Solutions"),
    "trials:list": _("Field trials"),
    "trials:reports": _("Trial reports"),
    "matching:queue": _("Matches to review"),
    "wishes:queue": _("Wishes with the portal office"),
    "solutions:queue": _("Solutions with the portal office"),
}


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user) -> "SavedViewQuerySet":
        """One's own, and what is shared with one's organisations and with the portal office."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(owner=user) | Q(organisation__in=list(user.membership_roles))
        if user.has_role(Role.OFFICE):
            seen |= Q(is_for_office=True)
        return self.filter(seen)


class SavedView(models.Model):
    """A list as someone narrowed it, under a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("person")
    )
    list = models.CharField(_("list"), max_length=40, choices=LISTS)
    query = models.CharField(_("filter"), max_length=1000, blank=True)
    name = models.CharField(_("name"), max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared with")
    )
    is_for_office = models.BooleanField(_("shared with the portal office"), default=False)
    is_default = models.BooleanField(_("opens first"), default=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "list", "name"], name="saved_view_once"),
            models.UniqueConstraint(
                fields=["owner", "list"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(is_for_office=False), name="saved_view_one_circle"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list as it was kept, which knows that it is this view."""
        return f"{reverse(self.list)}?{self.query}{'&' if self.query else ''}view={self.pk}"

    @property
    def is_shared(self) -> bool:
        return self.is_for_office or self.organisation_id is not None
