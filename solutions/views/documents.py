from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from documents.forms import DocumentForm
from documents.services import attach
from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from solutions.models import Solution


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
