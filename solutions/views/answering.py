from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from journal.workflow import IllegalTransition
from solutions import pitching
from solutions.forms import AnswerForm


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
            pitching.offer(
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
