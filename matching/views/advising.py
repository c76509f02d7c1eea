"""What would make a solution fit: for its vendor, and for those who decide about it."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.shortcuts import get_object_or_404

from matching.services import advice
from matching.views.pieces import Piece
from solutions.models import Solution


class AdviceOn(LoginRequiredMixin, Piece):
    template_name = "matching/advice.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = Solution.objects.visible_to(user).addressed(kwargs["slug"]).prefetch_related("topics")
        solution = get_object_or_404(rows)
        if not user.has_perm("solutions.view_history_solution", solution):
            raise Http404
        return super().get_context_data(**kwargs, solution=solution, advice=advice(solution))
