from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from solutions.models import Solution
from wishes.models import Wish


class Profile(models.Model):
    """What one engine version knows of the text of one wish or solution; rebuilt at will from the text."""

    class Side(models.TextChoices):
        WISH = "wish", _("Wish")
        SOLUTION = "solution", _("Solution")

    # The two constraints below are indexes that begin with them.
    wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="profiles", db_index=False)
    solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="profiles", db_index=False)
    side = models.CharField(max_length=8, choices=Side)
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    record = models.BinaryField()  # matching.records: the engine's words and vectors, packed
    is_public = models.BooleanField(default=True)  # only then can it be found; kept apart from `record`
    concepts_due = models.BooleanField(
        default=False, db_default=False
    )  # the glossary has changed in what the text may name
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)  # of `record` and `is_public`
    seen_at = models.DateTimeField(null=True)  # the thing's own `updated_at` when it was last matched
    matched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(side="wish", wish__isnull=False, solution__isnull=True)
                | Q(side="solution", wish__isnull=True, solution__isnull=False),
                name="profile_of_one_thing",
            ),
            models.UniqueConstraint(fields=["wish", "engine_version"], name="profile_of_wish_once"),
            models.UniqueConstraint(fields=["solution", "engine_version"], name="profile_of_solution_once"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(concepts_due=True), name="profile_concepts_due")]

    def __str__(self) -> str:
        return f"{self.side} {self.wish_id or self.solution_id}"

    @property
    def engine_key(self) -> str:
        """The engine's key of the thing; those of wishes and solutions must differ."""
        return f"w{self.wish_id}" if self.side == self.Side.WISH else f"s{self.solution_id}"
