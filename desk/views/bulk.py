"""The office's list of one noun, and what is done to many of its rows: choose, look, confirm."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from desk.bulk import MOST, Bench, Plan, mark_of, perform, rehearse
from desk.models import BulkAction
from desk.views.opening import OpensWithViewMixin
from innoportal.lib.views import PartialMixin
from journal.clock import with_dues

LATELY = 5  # actions that a list names


class BenchMixin(PermissionRequiredMixin):
    """A room's bench; `urls` is the prefix of the names of its addresses."""

    permission_required = "desk.work_queue"
    bench: ClassVar[Bench]
    filterset_class: ClassVar[Any]
    urls: ClassVar[str]
    title: ClassVar[Any]
    request: HttpRequest

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def things(self) -> QuerySet:
        rows = self.bench.model.objects.visible_to(self.request.user).select_related("organisation")
        return rows.order_by("updated_at", "pk")

    def filtered(self, query: QueryDict) -> Any:
        """Without a choice the list shows what waits for the office."""
        data = query.copy()
        if "status" not in data:
            data.setlist("status", list(self.filterset_class.WAITING))
        return self.filterset_class(data, queryset=self.things(), request=self.request)

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"{self.urls}{name}", args=args)

    def frame(self, **context: Any) -> dict[str, Any]:
        return {
            "title": self.title,
            "verbs": self.bench.verbs.items(),
            "queue_url": self.address("queue"),
            "check_url": self.address("queue-check"),
            "do_url": self.address("queue-do"),
            "most": MOST,
            **context,
        }


class Queue(OpensWithViewMixin, BenchMixin, PartialMixin, FilterView):
    template_name = "desk/queue.html"
    partial = "results"
    paginate_by = 50

    def get_filterset(self, filterset_class: Any) -> Any:
        return self.filtered(self.request.GET)

    def get_queryset(self) -> QuerySet:
        return self.things()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return self.frame(
            **context,
            rows=with_dues(context["page_obj"]),
            query=self.request.GET.urlencode(),
            lately=self.lately(),
        )

    def lately(self) -> list[dict[str, Any]]:
        """What was done to many at once, the last first, by whomever of the office."""
        actions = BulkAction.objects.filter(noun=self.bench.noun).select_related("by").order_by("-pk")
        verbs = self.bench.verbs
        return [
            {
                "action": one,
                "words": verbs[one.verb].label if one.verb in verbs else one.verb,
                "count": sum(not row["fault"] for row in one.rows),
                "url": self.address("queue-done", one.reference),
            }
            for one in actions[:LATELY]
        ]


class Check(BenchMixin, View):
    """What the verb asks for, then what would become of each: nothing is changed here."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        verb = request.POST.get("verb", "")
        things, left = self.chosen()
        if verb not in self.bench.verbs or not things:
            fault = _("Choose what to do.") if things else _("Choose at least one row.")
            messages.error(request, fault)
            return redirect(f"{self.address('queue')}?{request.POST.get('query', '')}")
        form = self.bench.verbs[verb].form(request.POST if "ready" in request.POST else None)
        context = self.frame(verb=verb, words=self.bench.verbs[verb], things=things, left=left, form=form)
        if form.fields and not form.is_valid():
            return self.show(context, status=422 if form.is_bound else 200)
        given = form.cleaned_data if form.fields else {}
        marks = {thing.pk: mark_of(thing) for thing in things}
        fates = rehearse(self.bench, verb, things, by=request.user, given=given)
        able = [fate.pk for fate in fates if not fate.fault]
        plan = Plan(verb, self.typed(form), {pk: mark for pk, mark in marks.items() if pk in able})
        return self.show({**context, "fates": fates, "able": len(able), "token": plan.sealed(request.user)})

    def chosen(self) -> tuple[list[Any], int]:
        """The rows that were ticked, or all that fit the filter; and how many more there are."""
        post = self.request.POST
        if post.get("which") == "all":
            rows = self.filtered(QueryDict(post.get("query", ""))).qs
        else:
            rows = self.things().filter(
                pk__in=[pk for pk in post.getlist("pk") if pk.isdecimal() and len(pk) < 19]
            )
        found = list(rows[: MOST + 1])
        return found[:MOST], max(0, rows.count() - MOST) if len(found) > MOST else 0

    def typed(self, form: Any) -> dict[str, Any]:
        return {name: self.request.POST.getlist(name) for name in form.fields}

    def show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, "desk/check.html", context, status=status)


class Do(BenchMixin, View):
    """Exactly what was shown."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("token", "")
        try:
            plan = Plan.opened(token, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(self.address("queue"))
        data = QueryDict(mutable=True)
        for name, values in plan.data.items():
            data.setlist(name, values)
        form = self.bench.verbs[plan.verb].form(data)
        if form.fields and not form.is_valid():  # what could be chosen then cannot be chosen now
            messages.error(request, _("What you chose is no longer on offer. Look at it again."))
            return redirect(self.address("queue"))
        given = form.cleaned_data if form.fields else {}
        action = perform(self.bench, plan, token, by=request.user, given=given)
        return HttpResponseRedirect(self.address("queue-done", action.reference))


class Done(BenchMixin, DetailView):
    """What became of each; whoever works in the office can read it later."""

    template_name = "desk/done.html"

    def get_object(self, queryset: Any = None) -> BulkAction:
        rows = BulkAction.objects.filter(noun=self.bench.noun).select_related("by")
        return get_object_or_404(rows, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action = self.object
        words = self.bench.verbs.get(action.verb)
        return self.frame(
            **super().get_context_data(**kwargs),
            action=action,
            words=words.label if words else action.verb,
            done=[row for row in action.rows if not row["fault"]],
            failed=[row for row in action.rows if row["fault"]],
        )
