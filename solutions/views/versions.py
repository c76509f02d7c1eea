"""Which texts a solution has had, and what changed between two of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from solutions.changes import changes, unchanged
from solutions.forms import HideForm
from solutions.models import Solution, Version
from solutions.story import capacity
from solutions.versions import hide, knows_names, reads_hidden
from solutions.workflow import TOLD


def told(request: HttpRequest, version: Version) -> dict[str, Any]:
    """A version as its reader may know it."""
    return {
        "version": version,
        "title": TOLD.get(version.verb, version.verb),
        "capacity": capacity(version.capacity),
        "name": version.actor_name if knows_names(request.user, version) else "",
        "is_hidden": version.hidden_at is not None,
        "reads_it": version.hidden_at is None or reads_hidden(request.user, version),
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
        before = list(rows.shown().filter(number__lt=version.number).defer("said"))
        version.solution = self.object
        said = told(self.request, version)
        older = self.older(rows, version) if said["reads_it"] else None
        context = {
            **said,
            "may_hide": self.may_hide(version),
            "older": older,
            "before": before,
            "changes": changes(older.said, version.said) if older else [],
            "unchanged": unchanged(older.said, version.said) if older else [],
        }
        return super().get_context_data(**kwargs, **context)

    def older(self, rows: Any, version: Version) -> Version | None:
        """Of those that are shown: the one asked for, or the last before it."""
        since = self.request.GET.get("since", "")[:9]
        number = int(since) if since.isascii() and since.isdigit() else 0
        earlier = rows.shown().filter(number__lt=version.number)
        asked = earlier.filter(number=number).first() if number else None
        return asked or earlier.first()

    def may_hide(self, version: Version) -> bool:
        """What is public, and not what it says now."""
        may = not version.is_confidential and version.hidden_at is None
        return may and self.request.user.has_perm("solutions.hide_version_solution", self.object)


class ConfidentialVersion(LoginRequiredMixin, VersionDetail):
    is_confidential = True


class HideVersion(SluggedMixin, ObjectPermissionMixin, FormView):
    """A public text that should not have been public: a reason first, which everyone reads."""

    model = Solution
    permission_required = "solutions.hide_version_solution"
    form_class = HideForm
    template_name = "solutions/hide_version.html"

    def get_version(self) -> Version:
        rows = Version.objects.of(self.object, is_confidential=False)
        return get_object_or_404(rows, number=self.kwargs["version"])

    def form_valid(self, form: HideForm) -> HttpResponse:
        try:
            hide(self.get_version(), by=self.request.user, reason=form.cleaned_data["reason"])
        except IllegalTransition as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, _("The version is hidden."))
        return redirect("solutions:versions", self.object.slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.get_version()
        return super().get_context_data(**kwargs, solution=self.object, version=version)
