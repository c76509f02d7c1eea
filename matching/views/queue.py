"""The experts' list."""

import rules
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Exists, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters.views import FilterView

from desk.views.opening import OpensWithViewMixin
from innoportal.lib.counting import CappedPaginator
from innoportal.lib.views import PartialMixin, VisibleMixin
from matching import wording
from matching.filters import MatchFilter
from matching.models import Match
from matching.waiting import GIVEN

SORTS = [("", _("Likeliest first")), ("newest", _("Newest first"))]
ORDERS = {"newest": ("-created_at", "-pk")}


class SignedInPermission(PermissionRequiredMixin):
    """Who has not signed in is asked to; who may not is refused."""

    request: HttpRequest

    def handle_no_permission(self):
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()


class Queue(OpensWithViewMixin, SignedInPermission, PartialMixin, VisibleMixin, FilterView):
    model = Match
    permission_required = "matching.view_queue"
    filterset_class = MatchFilter
    template_name = "matching/queue.html"
    partial = "results"
    paginate_by = 25

    def get_filterset_kwargs(self, filterset_class):
        """Without a choice the list shows what waits for a verdict."""
        kwargs = super().get_filterset_kwargs(filterset_class)
        data = self.request.GET.copy()
        if "status" not in data:
            data.setlist("status", [Match.Status.REVIEW])
        return {**kwargs, "data": data}

    def get_queryset(self):
        order = ORDERS.get(self.request.GET.get("sort", ""), ("-probability", "pk"))
        return super().get_queryset().order_by(*order)

    def get_paginator(self, queryset, per_page, **kwargs):
        rows = reviewed(queryset.live(), self.request.user).for_rows()
        return CappedPaginator(rows, per_page, counted=queryset.live_one_by_one(), **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = [(match, wording.reasons(match.score)) for match in context["page_obj"]]
        sort = self.request.GET.get("sort", "")
        return {
            **context,
            "rows": rows,
            "sorts": SORTS,
            "sort": sort if sort in ORDERS else "",
            "needed": Match.APPROVALS_NEEDED,
            # Of the rules alone: has_perm would ask the database too for whoever may not.
            "sees_weights": rules.has_perm("matching.view_ranker", self.request.user),
        }


def reviewed(rows, user):
    """With how many verdicts the present round has, and whether this person gave one."""
    # Subqueries: PostgreSQL asks them for the rows of one page, where a join would be counted for all.
    verdicts = GIVEN.values("match").annotate(count=Count("pk")).values("count")
    return rows.annotate(verdicts=Coalesce(Subquery(verdicts), 0), is_mine=Exists(GIVEN.filter(expert=user)))
