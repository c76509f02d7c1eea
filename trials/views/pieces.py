"""Pieces that pages of other rooms load by their address; each is a page of its own without JavaScript."""

from typing import Any

from django.db.models import Q
from django.views.generic import TemplateView

from innoportal.lib.views import PartialMixin
from trials.models import Report

SHOWN = 4
ASKED = 12  # things of each kind that one request may name


class ReportsThatAnswer(PartialMixin, TemplateView):
    """Published reports of trials of some solutions, or for some wishes: whether it has been tried before."""

    template_name = "trials/reports_that_answer.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {side: self.request.GET.getlist(side)[:ASKED] for side in ("solution", "wish")}
        about = Q(trial__match__solution__reference__in=asked["solution"])
        about |= Q(trial__match__wish__reference__in=asked["wish"])
        published = Report.objects.filter(about, status=Report.Status.PUBLISHED)
        rows = published.for_cards().order_by("-published_at", "-pk")
        return super().get_context_data(**kwargs, reports=rows[:SHOWN])
