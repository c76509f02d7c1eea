from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from solutions.models.coauthors import of_authors
from solutions.models.solution import Solution


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user) -> "VersionQuerySet":
        """Of what one may see; its confidential part by those who judge it, and by its authors."""
        seen = self.filter(solution__in=Solution.objects.visible_to(user))
        if user.is_authenticated and (
            user.is_superuser or any(user.has_role(one) for one in (Role.OFFICE, Role.EXPERT, Role.AUDITOR))
        ):
            return seen
        allowed = models.Q(is_confidential=False)
        if user.is_authenticated and user.membership_roles:
            allowed |= of_authors(user.membership_roles, "solution__")
        return seen.filter(allowed)

    def shown(self) -> "VersionQuerySet":
        """Those with which others are compared."""
        return self.filter(hidden_at=None)

    def of(self, solution: Solution, *, is_confidential: bool) -> "VersionQuerySet":
        """The newest first."""
        return self.filter(solution=solution, is_confidential=is_confidential).order_by("-number")


class Version(models.Model):
    """What a solution said, for everyone or in confidence, from a day on while it was listed.

    The two are numbered apart, so that nobody can tell from a number that something confidential changed.
    """

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="versions")
    is_confidential = models.BooleanField(_("confidential part"), default=False)
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    verb = models.CharField(_("verb"), max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("name"), max_length=120, blank=True)
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)
    said = models.JSONField(_("what it said"), default=dict)

    hidden_at = models.DateTimeField(_("hidden on"), null=True, editable=False)
    hidden_for = models.CharField(_("why it is hidden"), max_length=500, blank=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a solution")
        verbose_name_plural = _("versions of solutions")
        constraints = [
            models.UniqueConstraint(
                fields=["solution", "is_confidential", "number"], name="version_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(hidden_at__isnull=True) | ~models.Q(hidden_for=""),
                name="version_hidden_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.solution_id} v{self.number}"

    def get_absolute_url(self) -> str:
        name = "solutions:confidential-version" if self.is_confidential else "solutions:version"
        return reverse(name, args=[self.solution.slug, self.number])
