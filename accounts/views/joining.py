"""How a vendor comes in: registering an organisation, or asking to join the one that is here already."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView

from accounts import joining, registering, throttling
from accounts.joining_forms import AnswerJoinForm, AskToJoinForm, RegisterForm
from accounts.models import JoinRequest, Organisation


class Register(LoginRequiredMixin, FormView):
    """What may be here already is shown before anything is made; what was typed stays."""

    form_class = RegisterForm
    template_name = "accounts/register.html"

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        if not throttling.consume(
            self.request, action="register_organisation", key=str(self.request.user.pk)
        ):
            form.add_error(None, _("Too many attempts within an hour. Wait a little."))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        try:
            made = registering.register(by=self.request.user, seen=self._seen(), **form.cleaned_data)
        except registering.MayBeHere as found:
            return self.render_to_response(self.get_context_data(form=form, found=found.candidates))
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The organisation is registered; you are its first approver."))
        return redirect(made)

    def _seen(self) -> set[int]:
        """Those of which the person said that it is another one."""
        if self.request.POST.get("another") != "yes":
            return set()
        return {
            int(one) for one in self.request.POST.getlist("seen")[:100] if one.isascii() and one.isdigit()
        }


class AskToJoin(LoginRequiredMixin, FormView):
    form_class = AskToJoinForm
    template_name = "accounts/ask_to_join.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = Organisation.objects.select_related("merged_into")
            found = get_object_or_404(rows, slug=kwargs["slug"])
            self.organisation = found.merged_into or found
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AskToJoinForm) -> HttpResponse:
        if not throttling.consume(self.request, action="ask_to_join", key=str(self.request.user.pk)):
            form.add_error(None, _("Too many attempts within an hour. Wait a little."))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        try:
            joining.ask_to_join(self.organisation, by=self.request.user, words=form.cleaned_data["words"])
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("You have asked. You are told as soon as someone answers."))
        return redirect("people:profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, organisation=self.organisation)


class AnswerJoin(LoginRequiredMixin, FormView):
    """For who may let people in; to everybody else there is no such request."""

    form_class = AnswerJoinForm
    template_name = "accounts/answer_join.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = JoinRequest.objects.select_related("organisation", "person", "decided_by")
            self.asked = get_object_or_404(rows, pk=kwargs["pk"])
            if not request.user.has_perm("accounts.answer_join_organisation", self.asked.organisation):
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AnswerJoinForm) -> HttpResponse:
        user, organisation = self.request.user, self.asked.organisation
        try:
            if form.cleaned_data["answer"] == "decline":
                joining.decline_join(self.asked, by=user, reason=form.cleaned_data["reason"])
            else:
                joining.accept_join(self.asked, by=user, role=form.role)
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            return self.form_invalid(form)
        messages.success(self.request, _("The person is told of your answer."))
        may_manage = user.has_perm("accounts.manage_members_organisation", organisation)
        return redirect("people:members", organisation.slug) if may_manage else redirect(organisation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, asked=self.asked, organisation=self.asked.organisation)


class WithdrawJoin(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        asked = get_object_or_404(JoinRequest, pk=pk, person=request.user)
        try:
            joining.withdraw_join(asked, by=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("Your request is taken back."))
        return redirect("people:profile")
