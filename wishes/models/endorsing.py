from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegation, Organisation, User
from innoportal.languages import Bilingual
from wishes.models.wish import Wish


class EndorsementStepQuerySet(models.QuerySet["EndorsementStep"]):
    def in_force(self) -> "EndorsementStepQuerySet":
        return self.filter(ended_at__isnull=True)


class EndorsementStep(models.Model):
    """A step by which a department stands for a wish; one that is changed ends and another begins."""

    class Kind(models.TextChoices):
        APPROVER = "approver", _("Approvers of the organisation")
        COMMITTEE = "committee", _("A committee")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="endorsement_steps")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("who endorses"), max_length=12, choices=Kind, default=Kind.APPROVER)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_zh = models.CharField(_("name in Traditional Chinese"), max_length=120, blank=True)
    needed = models.PositiveSmallIntegerField(_("how many must agree"), default=1)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("its people"), blank=True
    )
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = EndorsementStepQuerySet.as_manager()
    name = Bilingual()

    class Meta:
        verbose_name = _("endorsement step")
        verbose_name_plural = _("endorsement steps")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "position"],
                condition=Q(ended_at__isnull=True),
                name="step_place_once",
            ),
            models.CheckConstraint(condition=Q(needed__gte=1), name="step_needs_someone"),
            models.CheckConstraint(condition=~Q(name_en="") | ~Q(name_zh=""), name="step_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.name}"


class Endorsement(models.Model):
    """Somebody of the department stands for a wish, in a step of a round; one sent back begins another."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="endorsements")
    round = models.PositiveSmallIntegerField(_("round"))
    # None: of a department that has set no steps, so that one second person is enough.
    step = models.ForeignKey(EndorsementStep, models.PROTECT, null=True, related_name="endorsements")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    in_place_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=12, choices=Delegation.Kind, blank=True)
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField(max_length=4000, blank=True)

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        constraints = [
            models.UniqueConstraint(fields=["wish", "round", "person"], name="endorsed_once_by_one_person"),
            models.UniqueConstraint(
                fields=["wish", "round", "in_place_of"],
                condition=Q(in_place_of__isnull=False),
                name="endorsed_once_in_one_place",
            ),
            models.CheckConstraint(
                condition=Q(in_place_of__isnull=True, place="")
                | (Q(in_place_of__isnull=False) & ~Q(place="")),
                name="endorsed_in_a_place_of_some_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.wish_id} ({self.round})"
