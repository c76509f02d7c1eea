"""Who approves for an organisation: its steps, who acts for whom, and all that was before."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from accounts.models import Delegation, Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.outbox import party
from wishes import approval, delegating, endorsing
from wishes.approval_forms import DelegateForm, StepFormSet
from wishes.models import EndorsementStep


class OfOrganisation(PermissionRequiredMixin):
    """Its people read it; who approves there of their own right changes it. For others it is not there."""

    permission_required = "wishes.view_approval"
    request: HttpRequest
    kwargs: dict[str, Any]

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        self.raise_exception = True
        self.organisation = get_object_or_404(Organisation, slug=self.kwargs["slug"])
        return self.request.user.has_perm(self.permission_required, self.organisation)

    def back(self) -> HttpResponse:
        return redirect("wishes:approval", self.organisation.slug)


class Approval(OfOrganisation, TemplateView):
    template_name = "wishes/approval.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation = self.organisation
        rows = organisation.delegations.select_related("giver", "deputy").order_by("-first_on", "-pk")
        return super().get_context_data(
            **kwargs,
            organisation=organisation,
            steps=EndorsementStep.objects.in_force()
            .filter(organisation=organisation)
            .order_by("position")
            .prefetch_related("people"),
            approvers=party(organisation.pk).filter(
                memberships__organisation=organisation, memberships__role="approver"
            ),
            delegations=approval.shown(rows),
            history=approval.history(Entry.objects.about(organisation).in_order()),
            may_change=self.request.user.has_perm("wishes.change_approval", organisation),
        )


class ChangeSteps(OfOrganisation, View):
    permission_required = "wishes.change_approval"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show(self.formset(initial=approval.as_typed(self.organisation)))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        formset = self.formset(request.POST)
        if request.POST.get("action") == "add":
            return self.show(self.formset(initial=approval.one_more(formset)))
        if not formset.is_valid():
            return self.show(formset, status=422)
        plans = [plan for form in formset if form.cleaned_data and (plan := form.plan())]
        try:
            changed = endorsing.set_steps(self.organisation, by=request.user, plans=plans)
        except ValidationError as error:
            return self.show(formset, error.messages, status=422)
        messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
        return self.back()

    def formset(self, *args: Any, **kwargs: Any) -> Any:
        members = party(self.organisation.pk).order_by("name", "pk")
        return StepFormSet(*args, **kwargs, prefix="steps", form_kwargs={"members": members})

    def show(self, formset: Any, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
        context = {"organisation": self.organisation, "formset": formset, "problems": problems or []}
        return render(self.request, "wishes/approval_steps.html", context, status=status)


class Delegate(OfOrganisation, FormView):
    permission_required = "wishes.change_approval"
    form_class = DelegateForm
    template_name = "wishes/delegate.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "organisation": self.organisation}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, organisation=self.organisation)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: DelegateForm) -> HttpResponse:
        try:
            held = delegating.delegate(self.organisation, by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(
            self.request, _("%(name)s is told, and can approve on these days.") % {"name": held.deputy.name}
        )
        return self.back()


class Revoke(OfOrganisation, View):
    """Taken back by an approver, or laid down by who held it."""

    http_method_names = ["post"]

    def has_permission(self) -> bool:
        if not super().has_permission():
            return False
        self.held = get_object_or_404(
            Delegation.objects.select_related("giver", "deputy"),
            organisation=self.organisation,
            pk=self.kwargs["pk"],
        )
        user: User = self.request.user  # type: ignore[assignment]
        return self.held.deputy_id == user.pk or user.has_perm("wishes.change_approval", self.organisation)

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        try:
            delegating.revoke(self.held, by=request.user, reason=request.POST.get("reason", "").strip())
        except IllegalTransition as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is taken back from now on. What was done by it stays."))
        return self.back()
