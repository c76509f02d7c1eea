from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.generic import DetailView
from django_filters.views import FilterView

from desk.views.opening import OpensWithViewMixin
from documents.models import Document
from innoportal.languages import phrase
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import PartialMixin, SluggedMixin, VisibleMixin
from journal.models import Entry
from notifications.models import Follow
from solutions import page
from solutions.doors import actions_for
from solutions.filters import SolutionFilter
from solutions.models import Solution, Version
from solutions.readiness import readiness
from solutions.story import told

SORTS = {"new": "-listed_at", "ready": "-trl"}


class SolutionList(OpensWithViewMixin, KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    model = Solution
    filterset_class = SolutionFilter
    template_name = "solutions/list.html"
    partial = "results"
    paginate_by = 25
    rows = Solution.objects.for_cards()

    def get_queryset(self):
        return super().get_queryset().public().order_by(SORTS[self.sort()], "-pk")

    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked in SORTS else "new"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sorts = [("new", _("Newest")), ("ready", _("Readiest"))]
        may_add = self.request.user.has_perm("solutions.add_solution")
        return super().get_context_data(**kwargs, sorts=sorts, sort=self.sort(), may_add=may_add)


class SolutionDetail(SluggedMixin, DetailView):
    model = Solution
    template_name = "solutions/detail.html"

    def get_queryset(self):
        """Each knows as `follow_id` whether this reader follows it, and which version of it this is."""
        noun = Solution._meta.label_lower
        follows = Follow.objects.filter(user_id=self.request.user.pk, noun=noun, object_id=OuterRef("pk"))
        rows = super().get_queryset().for_detail().select_related("nominated_by")
        versions = Version.objects.filter(solution=OuterRef("pk"), is_confidential=False).order_by("-number")
        return rows.annotate(
            follow_id=Subquery(follows.values("pk")[:1]),
            version_number=Subquery(versions.values("number")[:1]),
            version_at=Subquery(versions.values("at")[:1]),
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:  # the number of what was listed tells that it is not any more
            gone = get_object_or_404(Solution.objects.taken_down().addressed(self.kwargs["slug"]))
            return render(request, "solutions/gone.html", page.gone_context(gone), status=410)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        solution, user = self.object, self.request.user
        whole = user.has_perm("solutions.view_history_solution", solution)
        entries = list(Entry.objects.about(solution).in_order())
        context = {
            "actions": actions_for(user, solution),
            "documents": Document.objects.about(solution)
            .readable_by(user, is_author=solution.has_author(user))
            .order_by("pk"),
            "needs": [Solution.TrialNeed(need).label for need in solution.trial_needs],
            "timeline": told(entries, user, whole=whole),
            "readiness": readiness(solution, has_topics=bool(solution.shown_topics)),
            "coauthors": [(one, phrase(one["name_en"], one["name_zh"])) for one in solution.shown_coauthors],
            "topics": [
                (one["slug"], phrase(one["name_en"], one["name_zh"])) for one in solution.shown_topics
            ],
            **page.readiness_context(solution),
            **page.confidential_context(user, solution),
            **page.writing_context(user, solution),
            **(page.inside_context if whole else page.asker_context)(user, solution, entries),
        }
        return super().get_context_data(**kwargs, **context)
