"""Which texts a solution has had, and what changed between two of them."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView

from innoportal.lib.views import SluggedMixin
from solutions.changes import changes, unchanged
from solutions.models import Solution, Version
from solutions.story import capacity
from solutions.versions import knows_names
from solutions.workflow import TOLD


def told(request: HttpRequest, version: Version) -> dict[str, Any]:
    """A version as its reader may know it."""
    return {
        "version": version,
        "title": TOLD.get(version.verb, version.verb),
        "capacity": capacity(version.capacity),
        "name": version.actor_name if knows_names(request.user, version) else "",
    }


class Versions(SluggedMixin, DetailView):
    model = Solution
    template_name = "solutions/versions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Version.objects.visible_to(self.request.user).filter(solution=self.object)
        rows = rows.defer("said").order_by("-number")
        lists: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
        for version in rows:
            version.solution = self.object
            lists[version.is_confidential].append(told(self.request, version))
        return super().get_context_data(**kwargs, open_rows=lists[False], confidential_rows=lists[True])


class VersionDetail(SluggedMixin, DetailView):
    """One version beside one before: the last before it, or the one that `since` names."""

    model = Solution
    template_name = "solutions/version.html"
    is_confidential = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Version.objects.visible_to(self.request.user)
        rows = rows.of(self.object, is_confidential=self.is_confidential)
        version = get_object_or_404(rows, number=self.kwargs["version"])
        before = list(rows.filter(number__lt=version.number).defer("said"))
        older = self.older(rows, version)
        version.solution = self.object
        context = {
            **told(self.request, version),
            "older": older,
            "before": before,
            "changes": changes(older.said, version.said) if older else [],
            "unchanged": unchanged(older.said, version.said) if older else [],
        }
        return super().get_context_data(**kwargs, **context)

    def older(self, rows: Any, version: Version) -> Version | None:
        since = self.request.GET.get("since", "")[:9]
        number = int(since) if since.isascii() and since.isdigit() else version.number - 1
        number = number if 0 < number < version.number else version.number - 1
        return rows.filter(number=number).first()


class ConfidentialVersion(LoginRequiredMixin, VersionDetail):
    is_confidential = True
