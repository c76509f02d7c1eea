from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from desk.views.opening import OpensWithViewMixin
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import ObjectPermissionMixin, PartialMixin, SluggedMixin, VisibleMixin
from journal.workflow import IllegalTransition
from matching.models import Match
from trials import services
from trials.filters import TrialFilter
from trials.forms import (
    ClaimFormSet,
    LengthForm,
    PlanForm,
    claim_initial,
    claim_rows,
    claim_typed,
    claim_values,
)
from trials.lengths import lengths
from trials.models import Trial
from trials.page import may_take, trial_context
from trials.raw_data import lines
from trials.services.laddering import evidence_on
from trials.services.opening import entries_of
from trials.starting_points import STARTS, begun

JUDGING = "judging"  # of the page: what asks again until the claims are judged


class TrialList(OpensWithViewMixin, KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    """Trials whose plan is locked; those being planned are in the workspace."""

    model = Trial
    filterset_class = TrialFilter
    template_name = "trials/list.html"
    partial = "results"
    paginate_by = 25
    rows = Trial.objects.for_cards()

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().public().order_by("-plan_locked_at", "-pk")


class TrialDetail(SluggedMixin, DetailView):
    model = Trial
    template_name = "trials/detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_detail()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Target") == JUDGING:
            return self.progress()
        return super().get(request, *args, **kwargs)

    def progress(self) -> HttpResponse:
        """How far the claims are judged; when they are, or cannot be, the page is asked for as a whole."""
        trial = self.get_object()
        judging = services.judging_of(trial)
        if judging is None or judging.has_failed:
            return HttpResponse(headers={"HX-Refresh": "true"})
        response = render(self.request, "trials/judging.html", {"trial": trial, "judging": judging})
        response["Cache-Control"] = "private, no-cache"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **trial_context(self.request, self.object))


class _WritePlan(View):
    """The plan and its claims together, kept as typed until both are right."""

    template_name = "trials/plan.html"
    trial: Trial | None = None
    match: Match

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(), self.claims())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (start := request.POST.get("start", "")) in STARTS:
            return self.begin(request.POST, start)
        form, claims = self.form(request.POST), self.claims(request.POST)
        if not (form.is_valid() & claims.is_valid()):
            return self.show(form, claims, status=422)
        try:
            trial = self.save(**form.cleaned_data, claims=claim_values(claims))
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.trial or self.match)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, claims, status=422)
        if unmet := form.unmet():
            messages.warning(request, _("The venue does not give: %s. Bring it along.") % ", ".join(unmet))
        messages.success(request, _("The plan is saved."))
        return redirect(trial)

    def begin(self, data: Any, start: str) -> HttpResponse:
        """Nothing is saved: what was typed comes back with one claim more, begun from a template."""
        typed = {name: data.get(name, "") for name in PlanForm.Meta.fields}
        rows = begun(typed, claim_typed(data), start)
        instance = Trial.objects.get(pk=self.trial.pk) if self.trial else None
        form = PlanForm(instance=instance, initial=typed, match=self.match)
        return self.show(form, ClaimFormSet(initial=rows, prefix="claims"))

    def form(self, data: Any = None) -> PlanForm:
        instance = Trial.objects.get(pk=self.trial.pk) if self.trial else None
        return PlanForm(data, instance=instance, match=self.match)

    def claims(self, data: Any = None) -> Any:
        initial = claim_initial(self.trial) if self.trial else None
        return ClaimFormSet(data, initial=initial, prefix="claims")

    def save(self, **fields: Any) -> Trial:
        raise NotImplementedError

    def show(self, form: PlanForm, claims: Any, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "claims": claims,
            "trial": self.trial,
            "match": self.match,
            "unmet": form.unmet(),
            "evidence": evidence_on(self.match),
            "starts": [(key, start["label"]) for key, start in STARTS.items()],
            "lengths": lengths(claim_rows(claims), *_dates(form)),
        }
        return render(self.request, self.template_name, context, status=status)


def _dates(form: Any) -> list[Any]:
    """First and last day as typed, or as they were."""
    found = []
    for name in ("starts_on", "ends_on"):
        try:
            found.append(form.fields[name].to_python(form[name].value()))
        except ValidationError:
            found.append(None)
    return found


class Lengths(LoginRequiredMixin, View):
    """How long the claims of a plan need, while they are typed; nothing is kept."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LengthForm(request.POST)
        form.is_valid()
        days = (form.cleaned_data.get(name) for name in ("starts_on", "ends_on"))
        claims = ClaimFormSet(request.POST, prefix="claims")
        rows = claim_rows(claims) if claims.management_form.is_valid() else []
        return render(request, "trials/lengths.html", {"lengths": lengths(rows, *days)})


class PlanTrial(ObjectPermissionMixin, VisibleMixin, _WritePlan):
    model = Match
    permission_required = "trials.add_trial"

    def get_object(self) -> Match:
        self.match = get_object_or_404(
            self.get_queryset().select_related("wish__organisation", "solution__organisation"),
            key=self.kwargs["slug"],
        )
        return self.match

    def save(self, **fields: Any) -> Trial:
        return services.plan(self.match, by=self.request.user, **fields)


class EditPlan(SluggedMixin, ObjectPermissionMixin, _WritePlan):
    model = Trial
    permission_required = "trials.change_trial"

    def get_object(self, queryset: Any = None) -> Trial:
        self.trial = super().get_object(self.get_queryset().with_subjects())
        self.match = self.trial.match
        return self.trial

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.trial.status != Trial.Status.PLANNING:
            messages.error(request, _("The plan is locked. Log a deviation instead."))
            return redirect(self.trial)
        return super().get(request, *args, **kwargs)

    def save(self, **fields: Any) -> Trial:
        services.update_plan(self.trial, by=self.request.user, **fields)
        return self.trial


class MeasurementsFile(SluggedMixin, View):
    """Every reading of a trial as CSV, flags included; for strangers where the department allows."""

    model = Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_subjects()

    def get(self, request: HttpRequest, slug: str) -> StreamingHttpResponse:
        trial = self.get_object()
        if not may_take(request.user, trial, entries_of(trial)):
            raise Http404
        response = StreamingHttpResponse(lines(trial), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{trial.slug}-measurements.csv"'
        return response
