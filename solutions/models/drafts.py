from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.lib.writing.models import Draft
from solutions.models.coauthors import CoAuthor
from solutions.models.solution import Solution


class SolutionDraftQuerySet(models.QuerySet["SolutionDraft"]):
    def visible_to(self, user) -> "SolutionDraftQuerySet":
        """Shared by the vendor's people and by co-authors who may change the text; nobody else's business."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.all()
        own = list(user.membership_roles)
        written = CoAuthor.objects.accepted().filter(organisation__in=own, may_edit=True)
        return self.filter(models.Q(organisation__in=own) | models.Q(solution__in=written.values("solution")))


class SolutionDraft(Draft):
    """What is being written of a solution; the vendor's, whoever types."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="solution_drafts", verbose_name=_("vendor")
    )
    solution = models.OneToOneField(Solution, models.CASCADE, null=True, blank=True, related_name="writing")
    is_full = models.BooleanField(_("the full form"), default=False)  # else an expression of interest

    objects = SolutionDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("solution being written")
        verbose_name_plural = _("solutions being written")
        indexes = [models.Index(fields=["organisation", "-updated_at"], name="draft_of_vendor")]

    def get_absolute_url(self) -> str:
        return reverse("solutions:tasks", args=[self.key])
