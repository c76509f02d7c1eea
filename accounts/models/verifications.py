from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

EIGHT_DIGITS = RegexValidator(
    r"^[0-9]{8}\Z",
    _("A business registration number has eight digits, such as 12345678; leave out the branch."),
)
CR_DIGITS = RegexValidator(
    r"^[0-9]{7,8}\Z",
    _("A company number has seven digits, or eight where it is the business registration number."),
)


class VerificationQuerySet(models.QuerySet["Verification"]):
    def waiting(self) -> "VerificationQuerySet":
        return self.filter(decided_at__isnull=True)

    def in_force(self) -> "VerificationQuerySet":
        return self.filter(is_verified=True, revoked_at__isnull=True)


class Verification(models.Model):
    """The portal office looks whether a vendor is who it says: one row for each time it was asked.

    Facts with their dates, never overwritten: what was asked, what was checked, what came of it.
    """

    class Check(models.TextChoices):
        BR = "br", _("Business registration certificate")
        COMPANY = "company", _("Companies Registry search")
        STATUTE = "statute", _("Ordinance or charter of the institution")
        SITE = "site", _("Website and its domain")
        CALL = "call", _("A call to the registered number")

    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="verifications")
    br_number = models.CharField(
        _("business registration number"), max_length=8, blank=True, validators=[EIGHT_DIGITS]
    )
    cr_number = models.CharField(_("company number"), max_length=8, blank=True, validators=[CR_DIGITS])
    note = models.TextField(_("what else the portal office should know"), max_length=2000, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    is_verified = models.BooleanField(null=True)
    checked = ArrayField(
        models.CharField(max_length=12, choices=Check), verbose_name=_("what was checked"), default=list
    )
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_for = models.TextField(_("why it was taken back"), max_length=2000, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(decided_at__isnull=True), name="verification_asked_once"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(is_verified=True, revoked_at__isnull=True),
                name="verification_in_force_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_verified__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, is_verified__isnull=False, decided_by__isnull=False),
                name="verification_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(is_verified=True) | ~Q(checked=[]), name="verification_checked_something"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (Q(is_verified=True) & ~Q(revoked_for="")),
                name="verification_revoked_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.asked_at:%Y-%m-%d}"
