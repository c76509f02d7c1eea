from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from innoportal.languages import Bilingual
from wishes.models.wish import LONG, Wish


class AnnexQuerySet(models.QuerySet["Annex"]):
    def addressed(self, slug: str) -> "AnnexQuerySet":
        return self.filter(Q(wish__reference=slug) | Q(wish__key=slug))

    def visible_to(self, user) -> "AnnexQuerySet":
        """Its department, the portal office, and the vendors that accepted its terms as they are now."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser or user.has_role(Role.AUDITOR):
            return self.all()
        mine = list(user.membership_roles)
        accepted = AnnexAcceptance.objects.filter(
            annex=OuterRef("pk"), organisation__in=mine, version=OuterRef("version")
        )
        seen = Q(wish__organisation__in=mine) | (Exists(accepted) & Q(wish__status__in=Wish.PUBLIC))
        if user.has_role(Role.OFFICE):
            seen |= Q(wish__in=Wish.objects.visible_to(user))
        return self.filter(seen)


class Annex(models.Model):
    """What only those may read of a wish who accepted its terms. Its files are documents of this row."""

    wish = models.OneToOneField(Wish, models.CASCADE, related_name="annex")
    text_en = models.TextField(_("restricted text, in English"), max_length=LONG, blank=True)
    text_zh = models.TextField(_("restricted text, in Traditional Chinese"), max_length=LONG, blank=True)
    terms_en = models.TextField(_("terms, in English"), max_length=LONG, blank=True)
    terms_zh = models.TextField(_("terms, in Traditional Chinese"), max_length=LONG, blank=True)
    version = models.PositiveIntegerField(_("version of the terms"), default=1, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AnnexQuerySet.as_manager()
    text = Bilingual()
    terms = Bilingual()

    class Meta:
        verbose_name = _("restricted annex")
        verbose_name_plural = _("restricted annexes")
        constraints = [
            models.CheckConstraint(condition=~Q(terms_en="") | ~Q(terms_zh=""), name="annex_has_terms")
        ]

    def __str__(self) -> str:
        return str(self.wish)

    def get_absolute_url(self) -> str:
        return reverse("wishes:annex", args=[self.wish.slug])

    @property
    def organisation_id(self) -> int:
        return self.wish.organisation_id

    @property
    def organisation(self) -> Organisation:
        return self.wish.organisation

    @property
    def title(self) -> str:
        return self.wish.title

    @property
    def parties(self) -> dict[str, int | None]:
        return self.wish.parties


class AnnexAcceptanceQuerySet(models.QuerySet["AnnexAcceptance"]):
    def in_force(self) -> "AnnexAcceptanceQuerySet":
        """Of the terms as they are now: new terms want a new yes."""
        return self.filter(version=F("annex__version"))


class AnnexAcceptance(models.Model):
    """Who accepted which terms for their organisation, when. Never changed: new terms, a new row."""

    annex = models.ForeignKey(Annex, models.CASCADE, related_name="acceptances")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(_("version of the terms"))
    accepted_at = models.DateTimeField(default=timezone.now)

    objects = AnnexAcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance of an annex's terms")
        verbose_name_plural = _("acceptances of annexes' terms")
        constraints = [
            models.UniqueConstraint(fields=["annex", "organisation", "version"], name="annex_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} → {self.annex_id} v{self.version}"
