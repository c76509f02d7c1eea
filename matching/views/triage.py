"""The answers to a rapid call: a list to go through, and decisions on many of them at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from innoportal.lib.views import ObjectPermissionMixin, PartialMixin, SluggedMixin
from journal.workflow import IllegalTransition
from matching import triage
from matching.services import triaging
from matching.triage_forms import DecideForm, NarrowForm
from solutions.models import Interest, Solution
from wishes.models import Call, Wish


class OfCall(PartialMixin, TemplateView):
    """How many solutions were offered in a public call: of those that are public themselves."""

    template_name = "matching/of_call.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        calls = Call.objects.visible_to(self.request.user).public()
        call = get_object_or_404(calls.addressed(self.kwargs["slug"]))
        references = Wish.objects.public().filter(call=call).values("reference")
        given = Interest.objects.filter(wish_reference__in=references, solution__status__in=Solution.PUBLIC)
        count = given.values("solution").distinct().count()
        return super().get_context_data(**kwargs, call=call, count=count)


class Triage(SluggedMixin, ObjectPermissionMixin, View):
    """GET lists; POST tells what a decision would do, and with `confirm` does it."""

    model = Call
    http_method_names = ["get", "post"]
    request: HttpRequest

    def get_permission_required(self) -> list[str]:
        return ["matching.triage_call" if self.request.method == "POST" else "matching.view_triage_call"]

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.page(DecideForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = DecideForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        names = "shown" if form.cleaned_data["scope"] == "shown" else "chosen"
        marks = triage.read_marks(request.POST.getlist(names))
        if not marks:
            form.add_error(None, _("Tick at least one answer."))
            return self.page(form, status=422)
        return self.decided(form, marks) if "confirm" in request.POST else self.checked(form, marks)

    def checked(self, form: DecideForm, marks: triaging.Marks, *, status: int = 200) -> HttpResponse:
        """The dry run."""
        verb = form.cleaned_data["verb"]
        found = triaging.plan(self.object, by=self.request.user, verb=verb, marks=marks)
        context = {
            "call": self.object,
            "form": form,
            "plan": found,
            "gone": len(marks) - len(found.moved) - len(found.staying),
            "ground": dict(form.fields["ground"].choices).get(form.cleaned_data["ground"], ""),  # type: ignore[attr-defined]
            "verb_word": dict(form.fields["verb"].choices)[verb],  # type: ignore[attr-defined]
            "back": self.request.POST.get("back", ""),
            "is_stale": status == 409,
        }
        return render(self.request, "matching/triage_check.html", context, status=status)

    def decided(self, form: DecideForm, marks: triaging.Marks) -> HttpResponse:
        given = {name: form.cleaned_data[name] for name in ("verb", "reason", "ground")}
        try:
            entries = triaging.decide(self.object, by=self.request.user, marks=marks, **given)
        except IllegalTransition:
            return self.checked(form, marks, status=409)
        done = ngettext("%(count)s answer decided.", "%(count)s answers decided.", len(entries))
        messages.success(self.request, done % {"count": len(entries)})
        return redirect(self.request.path + back(self.request))

    def page(self, form: DecideForm, *, status: int = 200) -> HttpResponse:
        rows = triage.answers(self.object, self.request.user)
        query = self.request.GET if self.request.method == "GET" else _query(self.request)
        narrow = NarrowForm(query, rows=rows)
        keeps = narrow.narrowing().keeps
        shown = [row for row in rows if keeps(row)]
        context = {
            "call": self.object,
            "rows": shown,
            "all_count": len(rows),
            "narrow": narrow,
            "form": form,
            "ticked": set(self.request.POST.getlist("chosen")),
            "may_decide": self.request.user.has_perm("matching.triage_call", self.object),
            "back": query.urlencode(),
        }
        return render(self.request, "matching/triage.html", context, status=status)


def _query(request: HttpRequest) -> Any:
    """How the list was narrowed when the form was sent."""
    return QueryDict(request.POST.get("back", "")[:2000])


def back(request: HttpRequest) -> str:
    query = _query(request).urlencode()
    return f"?{query}" if query else ""
