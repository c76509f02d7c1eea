from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectTemplateResponseMixin
from django.views.generic.edit import ModelFormMixin, ProcessFormView

from documents.forms import DocumentForm
from documents.services import attach
from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from solutions import services
from solutions.forms import EvidenceFormSet, SolutionForm, evidence_rows
from solutions.models import Solution


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
