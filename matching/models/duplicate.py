from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, new_key
from journal.models import Stateful
from solutions.models import Solution
from wishes.models import Wish


class DuplicateQuerySet(models.QuerySet["Duplicate"]):
    def visible_to(self, user) -> "DuplicateQuerySet":
        """Those who read all that is handed in, while both texts are; nobody else learns of a pair."""
        reads_all = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.live() if reads_all else self.none()

    def live(self) -> "DuplicateQuerySet":
        """Both texts are with the portal office or public now."""
        wishes = Q(
            earlier_wish__status__in=Duplicate.WISHES_COMPARED,
            later_wish__status__in=Duplicate.WISHES_COMPARED,
        )
        return self.filter(
            wishes
            | Q(
                earlier_solution__status__in=Duplicate.SOLUTIONS_COMPARED,
                later_solution__status__in=Duplicate.SOLUTIONS_COMPARED,
            )
        )

    def of(self, thing: Wish | Solution) -> "DuplicateQuerySet":
        side = "wish" if isinstance(thing, Wish) else "solution"
        return self.filter(Q(**{f"earlier_{side}": thing}) | Q(**{f"later_{side}": thing}))

    def for_rows(self) -> "DuplicateQuerySet":
        """What a row of a list reads; the texts themselves are many times as long."""
        own = ("status", "key", "likeness", "is_repeat", "explanation", "decided_at", "decided_by__name")
        texts = ("reference", "key", "status", "title_en", "title_zh")
        names = (*texts, "organisation__name_en", "organisation__name_zh")
        sides = [f"{place}__{name}" for place in Duplicate.PLACES for name in names]
        organisations = [f"{place}__organisation" for place in Duplicate.PLACES]
        return self.select_related("decided_by", *organisations).only(*own, *sides)


class Duplicate(Stateful):
    """Two wishes, or two solutions, that may be one; the one with the lower id is the earlier."""

    class Status(models.TextChoices):
        FOUND = "found", _("To be judged")
        SAME = "same", _("Confirmed duplicate")
        DIFFERENT = "different", _("Not a duplicate")

    # Drafts, and what has gone back to its owner, may change under their owner's hands: nobody compares them.
    WISHES_COMPARED = (Wish.Status.SCREENING, *Wish.PUBLIC)
    SOLUTIONS_COMPARED = (
        Solution.Status.SUBMITTED,
        Solution.Status.SCREENING,
        Solution.Status.LISTED,
        Solution.Status.NOT_SUITABLE,
        Solution.Status.EXPIRED,
    )
    PLACES = ("earlier_wish", "later_wish", "earlier_solution", "later_solution")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.FOUND, editable=False, db_index=True
    )
    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    earlier_wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="+")
    later_wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="+")
    earlier_solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="+")
    later_solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="+")
    likeness = models.FloatField(_("likeness"))
    is_repeat = models.BooleanField(_("the same text"), default=False)
    explanation = models.JSONField(default=dict)  # shared terms, concepts and sentences of the two texts
    engine_version = models.CharField(max_length=40)
    found_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["earlier_wish", "later_wish"], name="duplicate_wishes_once"),
            models.UniqueConstraint(
                fields=["earlier_solution", "later_solution"], name="duplicate_solutions_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    earlier_wish__isnull=False,  # a comparison with nothing is unknown, which would pass
                    later_wish__isnull=False,
                    earlier_wish__lt=models.F("later_wish"),
                    earlier_solution__isnull=True,
                    later_solution__isnull=True,
                )
                | Q(
                    earlier_solution__isnull=False,
                    later_solution__isnull=False,
                    earlier_solution__lt=models.F("later_solution"),
                    earlier_wish__isnull=True,
                    later_wish__isnull=True,
                ),
                name="duplicate_ordered_pair_of_one_side",
            ),
            models.CheckConstraint(condition=Q(likeness__range=(0, 1)), name="duplicate_likeness_0_to_1"),
            models.CheckConstraint(
                condition=Q(status="found", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["same", "different"], decided_at__isnull=False, decided_by__isnull=False),
                name="duplicate_decided_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["status", "-likeness", "-id"], name="duplicate_to_judge")]

    def __str__(self) -> str:
        return f"{self.earlier} = {self.later}"

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:duplicates')}#{self.key}"

    @property
    def side(self) -> str:
        return "wish" if self.earlier_wish_id else "solution"

    @property
    def earlier(self) -> Wish | Solution:
        return self.earlier_wish or self.earlier_solution  # type: ignore[return-value]

    @property
    def later(self) -> Wish | Solution:
        return self.later_wish or self.later_solution  # type: ignore[return-value]
