from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView

from accounts.models import Role
from innoportal.lib.views import PartialMixin
from journal.clock import with_dues
from solutions.models import Solution, of_authors
from solutions.readiness import readiness
from solutions.story import waiting


class Workspace(LoginRequiredMixin, PartialMixin, TemplateView):
    """What waits for this person here: the office's screening, and a vendor's own solutions."""

    template_name = "solutions/workspace.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, S = self.request.user, Solution.Status
        rows = Solution.objects.select_related("organisation").order_by("pk")
        context: dict[str, Any] = {}
        if user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR) or user.is_superuser:
            context["waiting"] = waiting(rows.filter(status__in=[S.SUBMITTED, S.SCREENING])[:50])
        if user.membership_roles:
            own = rows.filter(of_authors(user.membership_roles)).exclude(status=S.WITHDRAWN)
            own = own.prefetch_related("topics", "evidence").order_by("-updated_at", "-pk")[:50]
            context["own"] = [{"solution": one, "readiness": readiness(one)} for one in with_dues(own)]
        context["may_add"] = user.has_perm("solutions.add_solution")
        return super().get_context_data(**kwargs, **context)
