"""Why an answer to a rapid call has its score: factors and marked texts, before anything is public."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from matching import services, triage, wording
from matching.models import Estimate
from matching.views.detail import concepts, figures
from matching.views.marking import best_pair, marked
from wishes.models import Call

READS = {"view_findings": True, "view_score": True}  # all who go through the answers


class AnswerPage(SluggedMixin, ObjectPermissionMixin, TemplateView):
    """One answer; what a match tells of is told on the page of the match."""

    model = Call
    permission_required = "matching.view_triage_call"
    template_name = "matching/answer.html"
    request: HttpRequest
    row: triage.Row

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.row = self.get_row()
        return redirect(self.row.url) if self.row.match else super().get(request, *args, **kwargs)

    def get_row(self) -> triage.Row:
        """:raises Http404: nothing that this person may read answers the call under this number."""
        rows = triage.answers(self.object, self.request.user)
        for row in rows:
            if row.solution.slug == self.kwargs["solution"] and row.is_open:
                return row
        raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = Estimate.objects.filter(wish=self.row.wish, solution=self.row.solution)
        estimate = given.select_related("wish", "solution__organisation", "ranker").first()
        explained = explanation(estimate) if estimate else {}
        return super().get_context_data(**kwargs, call=self.object, row=self.row, **explained)


def explanation(estimate: Estimate) -> dict[str, Any]:
    """As the page of a match has it; nothing is written."""
    match = estimate.as_match()
    found = services.explanation_of(match)
    return {
        "match": match,
        "may": READS,
        "band": wording.band(match.probability),
        "wish_text": marked(match.wish, found, "wish"),
        "solution_text": marked(match.solution, found, "solution"),
        "pair": best_pair(found),
        "concepts": concepts(found),
        **figures(match, READS),
    }
