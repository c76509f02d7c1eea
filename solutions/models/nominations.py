from datetime import date, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role, new_key
from innoportal.languages import Bilingual
from journal.models import Stateful
from solutions.models.solution import LONG, Solution

LASTS = timedelta(days=30)


def last_day() -> date:
    return timezone.localdate() + LASTS


def digest_of(address: str) -> str:
    """By which an address is known again when it is kept no more."""
    return sha256(address.strip().lower().encode()).hexdigest()


class NominationQuerySet(models.QuerySet["Nomination"]):
    def visible_to(self, user) -> "NominationQuerySet":
        """Who nominates, and the vendor: its people, or the owner of the address that was written to."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_superuser or user.has_role(Role.AUDITOR) else self.concerning(user)

    def concerning(self, user) -> "NominationQuerySet":
        """Of which a person's organisations are a side; an address is theirs once they have proved it."""
        own = list(user.membership_roles)
        proved = user.emailaddress_set.filter(verified=True).values("email")
        return self.filter(
            Q(nominator__in=own) | Q(vendor__in=own) | Q(vendor=None, contact_email__in=proved)
        )

    def waiting(self) -> "NominationQuerySet":
        return self.filter(status=Nomination.Status.WAITING)

    def lapsed(self) -> "NominationQuerySet":
        return self.waiting().filter(expires_on__lt=timezone.localdate())


class Nomination(Stateful):
    """What a partner writes of a vendor's solution; nobody else reads it, and nothing comes of it, before the
    vendor says yes. The name and the address of a contact are kept until it is answered.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for the vendor")
        CONFIRMED = "confirmed", _("Confirmed by the vendor")
        DECLINED = "declined", _("Declined")
        TAKEN_BACK = "taken_back", _("Taken back")
        EXPIRED = "expired", _("Expired")

    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.WAITING, editable=False, db_index=True
    )
    nominator = models.ForeignKey(
        Organisation, models.PROTECT, related_name="nominations", verbose_name=_("nominated by")
    )
    vendor = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="nominations_of", verbose_name=_("vendor")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(default=last_day)
    vendor_name = models.CharField(_("vendor"), max_length=200)
    contact_name = models.CharField(_("name of a contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail address of the contact"), blank=True)
    contact_digest = models.CharField(max_length=64, blank=True)
    nonce = models.CharField(max_length=12, default=new_key)  # of the mailed link
    mails = models.PositiveSmallIntegerField(default=0)  # sent to that address
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    title_zh = models.CharField(_("title in Traditional Chinese"), max_length=200, blank=True)
    summary_en = models.TextField(_("what it does, in English"), max_length=LONG, blank=True)
    summary_zh = models.TextField(_("what it does, in Traditional Chinese"), max_length=LONG, blank=True)
    trl = models.PositiveSmallIntegerField(_("technology readiness level (TRL)"), null=True, blank=True)
    words = models.TextField(_("what you say to the vendor"), max_length=1000, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    solution = models.OneToOneField(Solution, models.PROTECT, null=True, related_name="nomination")

    objects = NominationQuerySet.as_manager()
    title = Bilingual()
    summary = Bilingual()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.CheckConstraint(
                condition=Q(vendor__isnull=False) | ~Q(contact_email="") | ~Q(status="waiting"),
                name="nomination_reaches_someone",
            ),
            models.CheckConstraint(
                condition=~Q(title_en="") | ~Q(title_zh=""), name="nomination_has_a_title"
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting", vendor=models.F("nominator")),
                name="nomination_of_another_vendor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("solutions:nomination", args=[self.key])

    @property
    def offered_by(self) -> str:
        """In the reader's language where the vendor is on the portal; rows with `vendor`."""
        return str(self.vendor.name) if self.vendor else self.vendor_name

    @property
    def parties(self) -> dict[str, int | None]:
        return {"vendor": self.vendor_id, "nominator": self.nominator_id}


class StoppedAddress(models.Model):
    """Who gets no mail of a nomination any more, because they said so; the address itself is not kept."""

    digest = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("address that gets no nominations")
        verbose_name_plural = _("addresses that get no nominations")

    def __str__(self) -> str:
        return self.digest[:8]
