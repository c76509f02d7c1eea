from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role, User, new_key


class CoAuthorQuerySet(models.QuerySet["CoAuthor"]):
    def accepted(self) -> "CoAuthorQuerySet":
        return self.filter(accepted_at__isnull=False)

    def waiting(self) -> "CoAuthorQuerySet":
        """Asked, and not answered yet."""
        return self.filter(accepted_at__isnull=True)

    def visible_to(self, user) -> "CoAuthorQuerySet":
        """The vendor's people and those of the organisation that was asked."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser or user.has_role(Role.AUDITOR):
            return self.all()
        own = list(user.membership_roles)
        return self.filter(Q(organisation__in=own) | Q(solution__organisation__in=own))

    def shown(self) -> ArraySubquery:
        """Of the solution of the outer query, the names and addresses of its co-authors: no query more."""
        rows = self.accepted().filter(solution=OuterRef("pk")).order_by("accepted_at", "pk")
        names = ("slug", "kind", "name_en", "name_zh")
        columns = {name: f"organisation__{name}" for name in names}
        return ArraySubquery(rows.values(one=JSONObject(**columns)))


class CoAuthor(models.Model):
    """Another organisation that stands for a solution beside its vendor, once it has said so itself."""

    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    solution = models.ForeignKey("solutions.Solution", models.CASCADE, related_name="coauthors")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="coauthored", verbose_name=_("organisation")
    )
    may_edit = models.BooleanField(_("may change the text"), default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("asked on"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted on"), null=True)

    objects = CoAuthorQuerySet.as_manager()

    class Meta:
        verbose_name = _("co-author")
        verbose_name_plural = _("co-authors")
        constraints = [models.UniqueConstraint(fields=["solution", "organisation"], name="coauthor_once")]

    def __str__(self) -> str:
        return str(self.organisation)

    def get_absolute_url(self) -> str:
        return reverse("solutions:coauthor", args=[self.key])


def coauthored(user: User) -> dict[int, bool]:
    """The solutions that a person's organisations co-author, and whether they may change their texts.

    Asked of the database once for each request, and never for who belongs to no organisation.
    """
    if not hasattr(user, "_coauthored"):
        user._coauthored = _read(user)  # type: ignore[attr-defined]
    return user._coauthored  # type: ignore[attr-defined]


def forget(user: User) -> None:
    """What was read of this person holds no more: an answer was given just now."""
    user.__dict__.pop("_coauthored", None)


def _read(user: User) -> dict[int, bool]:
    found: dict[int, bool] = {}
    if not user.is_authenticated or not user.membership_roles:
        return found
    rows = CoAuthor.objects.accepted().filter(organisation__in=list(user.membership_roles))
    for solution, may_edit in rows.values_list("solution_id", "may_edit"):
        found[solution] = found.get(solution, False) or may_edit
    return found


def of_authors(organisations: Iterable[int], path: str = "") -> Q:
    """Solutions of these vendors, and those that they co-author; `path` leads to the solution."""
    own = list(organisations)
    theirs = CoAuthor.objects.accepted().filter(organisation__in=own).values("solution")
    return Q(**{f"{path}organisation__in": own}) | Q(**{f"{path}pk__in": theirs})


def author_ids(solution_id: int, vendor_id: int) -> list[int]:
    """The organisations that stand for a solution, its vendor first."""
    rows = CoAuthor.objects.accepted().filter(solution=solution_id).order_by("accepted_at", "pk")
    return [vendor_id, *rows.values_list("organisation_id", flat=True)]
