"""Who else stands for a solution: the vendor asks and changes, the other organisation answers and leaves."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from innoportal.lib.views import ObjectPermissionMixin, VisibleMixin
from journal.workflow import IllegalTransition, ReasonRequired
from solutions import coauthoring
from solutions.coauthor_forms import EDIT, OUT, READ, AnswerInvitationForm, ChangeForm, InviteForm, LeaveForm
from solutions.models import CoAuthor
from solutions.views.pitches import OfVendor


class CoAuthors(OfVendor):
    """Those of one solution, and the form that asks another organisation."""

    permission_required = "solutions.name_coauthors_solution"
    form_class = InviteForm
    template_name = "solutions/coauthors.html"

    def save(self, data: dict[str, Any]) -> str:
        may_edit = data["rights"] == EDIT
        coauthoring.invite(
            self.object, by=self.request.user, organisation=data["organisation"], may_edit=may_edit
        )
        return _("The organisation is asked. It is named as soon as it accepts.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.coauthors.select_related("organisation").order_by("invited_at", "pk")
        return super().get_context_data(**kwargs, solution=self.object, rows=rows)

    def get_success_url(self) -> str:
        return reverse("solutions:coauthors", args=[self.object.slug])


class OfCoAuthor(VisibleMixin, ObjectPermissionMixin, View):
    """One row by its key: to whom it is no business it does not exist."""

    model = CoAuthor
    object: CoAuthor
    template_name: str

    def get_object(self) -> CoAuthor:
        rows = self.get_queryset().select_related("organisation", "solution__organisation")
        return get_object_or_404(rows, key=self.kwargs["key"])

    def show(self, form: forms.Form | None, status: int = 200) -> HttpResponse:
        context = {"form": form, "coauthor": self.object, "solution": self.object.solution}
        return render(self.request, self.template_name, context, status=status)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        form = self.form(request.POST)
        if form is None or not form.is_valid():
            return self.show(form, status=422)
        try:
            done = self.save(**form.cleaned_data)
        except (IllegalTransition, ReasonRequired, ValidationError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return redirect(self.after())

    def form(self, data: Any = None) -> forms.Form | None:
        raise NotImplementedError

    def save(self, **said: str) -> str:
        """Do it; what is said when it is done."""
        raise NotImplementedError

    def after(self) -> str:
        raise NotImplementedError


class AnswerCoAuthor(OfCoAuthor):
    """What an organisation is asked to stand for; its approvers answer, or leave later."""

    template_name = "solutions/coauthor.html"

    def get_permission_required(self) -> list[str]:
        verb = "view" if self.request.method == "GET" else "answer"
        return [f"solutions.{verb}_coauthor"]

    def form(self, data: Any = None) -> forms.Form | None:
        if not self.request.user.has_perm("solutions.answer_coauthor", self.object):
            return None
        return (LeaveForm if self.object.accepted_at else AnswerInvitationForm)(data)

    def save(self, answer: str, reason: str) -> str:
        user = self.request.user
        if answer == "accept":
            coauthoring.accept(self.object, by=user)
            return _("Your organisation is named as a co-author now.")
        (coauthoring.leave if answer == "leave" else coauthoring.decline)(self.object, by=user, reason=reason)
        return _("The vendor has your answer.")

    def after(self) -> str:
        seen = type(self.object.solution)._default_manager.visible_to(self.request.user)
        found = seen.filter(pk=self.object.solution_id).first()
        return found.get_absolute_url() if found else reverse("workspace")


class ChangeCoAuthor(OfCoAuthor):
    """For the vendor: what the members of a co-author may do, or that it is one no more."""

    permission_required = "solutions.change_coauthor"
    template_name = "solutions/change_coauthor.html"

    def form(self, data: Any = None) -> forms.Form:
        return ChangeForm(data, initial={"rights": EDIT if self.object.may_edit else READ})

    def save(self, rights: str, reason: str) -> str:
        if rights == OUT:
            coauthoring.remove(self.object, by=self.request.user, reason=reason)
            return _("The organisation is told that it is taken out.")
        coauthoring.change(self.object, by=self.request.user, may_edit=rights == EDIT)
        return _("Saved.")

    def after(self) -> str:
        return reverse("solutions:coauthors", args=[self.object.solution.slug])
