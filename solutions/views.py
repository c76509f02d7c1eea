from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, TemplateView
from django.views.generic.detail import SingleObjectTemplateResponseMixin
from django.views.generic.edit import ModelFormMixin, ProcessFormView
from django_filters.views import FilterView

from accounts.models import Role
from documents.forms import DocumentForm
from documents.models import Document
from documents.services import attach
from innoportal.languages import phrase
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import ObjectPermissionMixin, PartialMixin, SluggedMixin, VisibleMixin
from journal.clock import clock
from journal.models import Entry, Pledge
from journal.workflow import IllegalTransition
from notifications.models import Follow
from solutions import services
from solutions.doors import actions_for
from solutions.filters import SolutionFilter
from solutions.forms import AnswerForm, EvidenceFormSet, SolutionForm, evidence_rows
from solutions.models import Solution
from solutions.readiness import readiness
from solutions.story import told, waiting

SORTS = {"new": "-listed_at", "ready": "-trl"}


class SolutionList(KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
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
        """Each knows as `follow_id` whether this reader follows it."""
        noun = Solution._meta.label_lower
        follows = Follow.objects.filter(user_id=self.request.user.pk, noun=noun, object_id=OuterRef("pk"))
        rows = super().get_queryset().for_detail().select_related("nominated_by")
        return rows.annotate(follow_id=Subquery(follows.values("pk")[:1]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        solution, user = self.object, self.request.user
        whole = user.has_perm("solutions.view_history_solution", solution)
        entries = list(Entry.objects.about(solution).in_order())
        context = {
            "actions": actions_for(user, solution),
            "shows_confidential": user.has_perm("solutions.view_confidential_solution", solution),
            "documents": Document.objects.about(solution).readable_by(user).order_by("pk"),
            "needs": [Solution.TrialNeed(need).label for need in solution.trial_needs],
            "timeline": told(entries, user, whole=whole),
            "readiness": readiness(solution, has_topics=bool(solution.shown_topics)),
            "topics": [
                (one["slug"], phrase(one["name_en"], one["name_zh"])) for one in solution.shown_topics
            ],
            "may_attach": user.has_perm("solutions.change_solution", solution),
        }
        if whole:
            pledges = Pledge.objects.filter(noun=Solution._meta.label_lower)
            context |= {"dues": clock(entries, pledges), "interests": solution.interests.order_by("pk")}
        return super().get_context_data(**kwargs, **context)


class _SolutionEditor(SingleObjectTemplateResponseMixin, ModelFormMixin, ProcessFormView):
    """A form and the rows of its evidence; both must be valid before a service is called."""

    model = Solution
    form_class = SolutionForm
    template_name = "solutions/form.html"
    object: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_formset(self):
        rows = list(self.object.evidence.order_by("pk").values("trl", "text", "url")) if self.object else []
        data = self.request.POST if self.request.method == "POST" else None
        return EvidenceFormSet(data, initial=rows, prefix="evidence")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, formset = self.get_form(), self.get_formset()
        if not (form.is_valid() and formset.is_valid()):
            return self.render_to_response(self.get_context_data(form=form, formset=formset))
        try:
            solution = self.keep(**form.cleaned_data, evidence=evidence_rows(formset))
        except (IllegalTransition, ValidationError) as error:
            form.add_error(None, str(error) if isinstance(error, IllegalTransition) else error)
            return self.render_to_response(self.get_context_data(form=form, formset=formset))
        messages.success(request, _("Saved."))
        return redirect(solution.get_absolute_url())

    def keep(self, **fields: Any) -> Solution:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("formset", self.get_formset())
        return super().get_context_data(**kwargs)


class CreateSolution(PermissionRequiredMixin, _SolutionEditor):
    permission_required = "solutions.add_solution"
    object = None

    def handle_no_permission(self) -> HttpResponseRedirect:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def keep(self, **fields: Any) -> Solution:
        return services.create(by=self.request.user, **fields)


class EditSolution(SluggedMixin, ObjectPermissionMixin, _SolutionEditor):
    permission_required = "solutions.change_solution"

    def keep(self, **fields: Any) -> Solution:
        return services.update(self.object, by=self.request.user, **fields)


class AttachDocument(SluggedMixin, ObjectPermissionMixin, FormView):
    """Adds a file to a solution that may be edited now."""

    model = Solution
    permission_required = "solutions.change_solution"
    form_class = DocumentForm
    template_name = "solutions/attach.html"

    def form_valid(self, form: DocumentForm) -> HttpResponse:
        solution = self.object
        try:
            attach(solution, by=self.request.user, organisation=solution.organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("upload", error)
            return self.form_invalid(form)
        messages.success(self.request, _("The file is attached."))
        return redirect(solution.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, solution=self.object)


class AnswerWish(LoginRequiredMixin, FormView):
    """From the page of a wish (`?wish=W-2026-0001`) to one of the vendor's own solutions."""

    form_class = AnswerForm
    template_name = "solutions/answer_wish.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_perm("solutions.add_solution"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"wish_reference": self.request.GET.get("wish", "")[:16]}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "is_open": self.is_open}

    def open_wishes(self):
        """By the registry of models: rooms of one floor import nothing of each other."""
        return apps.get_model("wishes", "Wish").objects.visible_to(self.request.user).open()

    def is_open(self, reference: str) -> bool:
        return self.open_wishes().filter(reference=reference).exists()

    def form_valid(self, form: AnswerForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            services.answer_wish(
                data["solution"],
                by=self.request.user,
                wish_reference=data["wish_reference"],
                pitch=data["pitch"],
            )
        except IllegalTransition as error:
            form.add_error("solution", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("Your answer is in. The department and the experts see it."))
        return redirect(data["solution"].get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        reference = context["form"]["wish_reference"].value() or ""
        wish = self.open_wishes().filter(reference=reference.upper()).first()
        return context | {"wish": wish, "has_solutions": context["form"].fields["solution"].queryset.exists()}


class Workspace(LoginRequiredMixin, PartialMixin, TemplateView):
    """What waits for this person here: the office's screening, and a vendor's own solutions."""

    template_name = "solutions/workspace.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, S = self.request.user, Solution.Status
        rows = Solution.objects.select_related("organisation").order_by("pk")
        context: dict[str, Any] = {}
        if user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR) or user.is_superuser:
            context["waiting"] = waiting(rows.filter(status__in=[S.SUBMITTED, S.SCREENING])[:50])
        if user.membership_roles:
            own = rows.filter(organisation__in=list(user.membership_roles)).exclude(status=S.WITHDRAWN)
            own = own.prefetch_related("topics", "evidence").order_by("-updated_at", "-pk")[:50]
            context["own"] = [{"solution": one, "readiness": readiness(one)} for one in own]
        context["may_add"] = user.has_perm("solutions.add_solution")
        return super().get_context_data(**kwargs, **context)
