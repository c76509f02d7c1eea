from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, Organisation, User, new_key

INVITATION_LASTS = timedelta(days=14)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_user(self, user: User) -> "InvitationQuerySet":
        """Those sent to an address which this person has proved to be theirs."""
        proved = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)  # type: ignore[attr-defined]
        return self.filter(email__in=[address.lower() for address in proved])


class Invitation(models.Model):
    """An approver asks someone to join, by an address of whose owner the portal tells nothing."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=16, choices=Membership.Role, default=Membership.Role.MEMBER)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+", editable=False)
    invited_at = models.DateTimeField(_("since"), auto_now_add=True)
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    nonce = models.CharField(max_length=12, default=new_key, editable=False)  # sent again: the old link ends

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [models.UniqueConstraint(fields=["organisation", "email"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def is_expired(self) -> bool:
        return timezone.now() > self.sent_at + INVITATION_LASTS
