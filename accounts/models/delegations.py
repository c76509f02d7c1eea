from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self) -> "DelegationQuerySet":
        """Today, and only as long as who gave it could still act: nobody stands for a power that is gone."""
        today = timezone.localdate()
        return self.filter(
            revoked_at__isnull=True,
            first_on__lte=today,
            last_on__gte=today,
            giver__is_active=True,
            giver__memberships__organisation=F("organisation"),
            giver__memberships__role="approver",
        )

    def standing(self) -> "DelegationQuerySet":
        """Neither over nor taken back; some have not begun."""
        return self.filter(revoked_at__isnull=True, last_on__gte=timezone.localdate())


class Delegation(models.Model):
    """For some days a member acts in the place of an approver. A row is never removed: it tells who could."""

    class Kind(models.TextChoices):
        ACTING = "acting", _("Acting approver")  # in the post while its holder is away
        DELEGATED = "delegated", _("Delegated approver")  # beside the holder, who asked for it

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="delegations_given",
        verbose_name=_("in place of"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_held", verbose_name=_("who acts")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(giver=F("deputy")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="delegation_revoked_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-first_on"], name="delegation_history")]

    def __str__(self) -> str:
        return f"{self.giver} → {self.deputy}"
