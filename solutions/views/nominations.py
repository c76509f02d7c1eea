"""Nominations: written by a partner; looked at, made its own or turned down by the vendor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, ListView, View

from innoportal.lib.views import ActionView, VisibleMixin
from journal.workflow import IllegalTransition, ReasonRequired
from solutions import nominating, nomination_mail
from solutions.models import Nomination
from solutions.nomination_forms import ConfirmForm, DeclineForm, NominateForm


class Nominations(LoginRequiredMixin, ListView):
    """What concerns a person's organisations, on either side."""

    template_name = "solutions/nominations.html"
    context_object_name = "nominations"
    paginate_by = 25

    def get_queryset(self):
        rows = Nomination.objects.visible_to(self.request.user)
        return rows.select_related("nominator", "vendor").order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_add = self.request.user.has_perm("solutions.add_nomination")
        return super().get_context_data(**kwargs, may_add=may_add)


class Nominate(PermissionRequiredMixin, FormView):
    permission_required = "solutions.add_nomination"
    form_class = NominateForm
    template_name = "solutions/nominate.html"

    def has_permission(self) -> bool:
        self.raise_exception = self.request.user.is_authenticated
        return super().has_permission()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            made = nominating.nominate(by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            _put(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The vendor is asked. You are told what it answers."))
        return redirect(made)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def _put(form: forms.Form, error: ValidationError) -> None:
    """What the service says of a field stands at it, as far as the form has it."""
    said = getattr(error, "message_dict", {None: error.messages})
    for name, words in said.items():
        field = "vendor_name" if name == "vendor" else name
        for one in words:
            form.add_error(field if field in form.fields else None, one)


class OneNomination(View):
    """The page of one; looking at it changes nothing, so no scanner of mails answers for the vendor."""

    nomination: Nomination
    token = ""
    may_answer = False

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("action", "")
        if not self.may_answer:
            raise PermissionDenied
        if action in ("decline", "stop"):
            return self.decline(stops=action == "stop")
        if not request.user.is_authenticated:
            raise PermissionDenied
        return self.confirm(hands_in=action == "submit")

    def confirm(self, *, hands_in: bool) -> HttpResponse:
        form = self.confirm_form(self.request.POST)
        if not form.is_valid():
            return self.show(confirm=form, status=422)
        try:
            solution = nominating.confirm(
                self.nomination, by=self.request.user, hands_in=hands_in, **form.cleaned_data
            )
        except ValidationError as error:
            _put(form, error)
            return self.show(confirm=form, status=422)
        except IllegalTransition as error:
            return self.too_late(error)
        messages.success(self.request, _("The solution is your organisation's now."))
        return redirect(solution)

    def decline(self, *, stops: bool) -> HttpResponse:
        """Who wants no more such mails says so without a reason of their own."""
        data = self.request.POST.copy()
        if stops and not data.get("reason", "").strip():
            data["reason"] = _("They want no nominations by mail.")
        form = DeclineForm(data)
        if not form.is_valid():
            return self.show(decline=form, status=422)
        if stops and self.token:
            nomination_mail.stop(self.nomination)
        by = self.request.user if self.request.user.is_authenticated else None
        try:
            nominating.decline(self.nomination, by=by, reason=form.cleaned_data["reason"])
        except (IllegalTransition, ReasonRequired) as error:
            return self.too_late(error)
        messages.success(self.request, _("Who nominated it is told. Nothing of it is shown to anyone."))
        return redirect("workspace" if by else "home")

    def too_late(self, error: Exception) -> HttpResponse:
        messages.error(self.request, str(error))
        return redirect("workspace" if self.request.user.is_authenticated else "home")

    def confirm_form(self, data: Any = None) -> ConfirmForm:
        return ConfirmForm(data, nomination=self.nomination, user=self.request.user)

    def show(
        self, *, confirm: forms.Form | None = None, decline: forms.Form | None = None, status: int = 200
    ) -> HttpResponse:
        waits = self.nomination.status == Nomination.Status.WAITING
        answers = self.may_answer and waits
        signed_in = self.request.user.is_authenticated
        form = confirm or (self.confirm_form() if answers and signed_in else None)
        context = {
            "nomination": self.nomination,
            "token": self.token,
            "answers": answers,
            "confirm": form,
            "decline": (decline or DeclineForm()) if answers else None,
            "may_take_back": waits
            and self.request.user.has_perm("solutions.take_back_nomination", self.nomination),
        }
        return render(self.request, "solutions/nomination.html", context, status=status)


class NominationDetail(VisibleMixin, LoginRequiredMixin, OneNomination):
    """For both sides, and for the owner of the address once they have proved it."""

    model = Nomination

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            rows = self.get_queryset().select_related("nominator", "vendor", "solution")
            self.nomination = get_object_or_404(rows, key=kwargs["key"])
            self.may_answer = request.user.has_perm("solutions.confirm_nomination", self.nomination)
        return super().dispatch(request, *args, **kwargs)


class Nominated(OneNomination):
    """The link of the mail: shows what was written to whoever holds it, and waits for a press."""

    may_answer = True

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = nomination_mail.by_token(kwargs["token"])
        if found is None:
            return render(request, "solutions/nomination_over.html", status=404)
        self.nomination, self.token = found, kwargs["token"]
        return super().dispatch(request, *args, **kwargs)


class TakeBack(ActionView):
    model = Nomination
    verb = "take_back"
    service = staticmethod(nominating.take_back)

    def get_object(self, queryset: Any = None) -> Nomination:
        return get_object_or_404(self.get_queryset(), key=self.kwargs["key"])

    def get_success_url(self) -> str:
        return reverse("solutions:nominations")
