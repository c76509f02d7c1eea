"""Who uses a solution: written, stood for and ended by the organisation itself."""

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import DetailView

from innoportal.lib.views import ActionView, FormActionView, ObjectPermissionMixin, SluggedMixin, VisibleMixin
from journal.models import Entry
from journal.workflow import IllegalTransition
from solutions.models import Solution
from trials import services
from trials.adoption_forms import EndUseForm, UseForm
from trials.models import Confirmation
from trials.timeline import WORDS


def may(verb: str, user: Any, thing: Any) -> bool:
    """Not even an administrator writes, confirms or drops in the place of the organisation's own people."""
    return bool(rules.has_perm(f"trials.{verb}_confirmation", user, thing))


class WriteUse(SluggedMixin, ObjectPermissionMixin, View):
    """The form of one's organisation about a listed solution; kept as typed until it is right."""

    model = Solution
    object: Solution

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organisation")

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        self.object = self.get_object()
        return may("add", self.request.user, self.object)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            made = services.propose_use(self.object, by=request.user, **form.cleaned_data)
        except IllegalTransition as error:
            form.add_error(None, str(error))
            return self.show(form, 409)
        except ValidationError as error:
            form.add_error(None, error if hasattr(error, "error_dict") else error.messages)
            return self.show(form, 422)
        messages.success(
            request, _("The approvers of your organisation are asked. Nothing of it is public yet.")
        )
        return redirect(made)

    def form(self, data: Any = None) -> UseForm:
        return UseForm(data, user=self.request.user, solution=self.object)

    def show(self, form: UseForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "solution": self.object}
        return render(self.request, "trials/use_form.html", context, status=status)


class OfConfirmation(VisibleMixin):
    """One by its key: to whom it is no business it does not exist."""

    model = Confirmation

    def get_object(self, queryset: Any = None) -> Confirmation:
        return get_object_or_404(self.get_queryset().for_rows(), key=self.kwargs["key"])


class ConfirmationDetail(OfConfirmation, ObjectPermissionMixin, DetailView):
    permission_required = "trials.view_confirmation"
    template_name = "trials/confirmation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **shown(self.object, self.request.user, {}))


def shown(confirmation: Confirmation, user: Any, bound: dict[str, Any]) -> dict[str, Any]:
    """What its page reads; `bound` has the form as it was sent."""
    status, S = confirmation.status, Confirmation.Status
    waits, stands = status == S.PROPOSED, status == S.CONFIRMED
    entries = Entry.objects.about(confirmation).in_order()
    may_end = stands and user.has_perm("trials.end_confirmation", confirmation)
    return {
        "confirmation": confirmation,
        "timeline": [
            {
                "at": one.at,
                "title": WORDS.get(f"{one.verb}_use", one.verb),
                "reason": one.reason,
                "actor_name": one.actor_name,
            }
            for one in entries
        ],
        "may_confirm": waits and may("confirm", user, confirmation),
        "may_drop": waits and may("drop", user, confirmation),
        "end_form": bound.get("end") or (EndUseForm(auto_id="end_%s") if may_end else None),
        "proof": reverse("trials:proof-of-solution", args=[confirmation.solution.slug]),
    }


class ConfirmUse(OfConfirmation, ActionView):
    verb = "confirm"
    service = staticmethod(services.confirm_use)
    done = gettext_lazy("Everyone reads now that your organisation uses it.")

    def has_permission(self) -> bool:
        return super().has_permission() and may(self.verb, self.request.user, self.object)


class DropUse(ConfirmUse):
    verb = "drop"
    service = staticmethod(services.drop_use)
    done = gettext_lazy("It is dropped, and was never in public.")


class EndUse(OfConfirmation, FormActionView):
    verb = "end"
    form_class = EndUseForm
    service = staticmethod(services.end_use)
    template_name = "trials/confirmation.html"
    keeps_words = True
    done = gettext_lazy("It is told as ended, with your reason.")

    def context(self, bound: dict[str, Any]) -> dict[str, Any]:
        return shown(self.object, self.request.user, bound)
