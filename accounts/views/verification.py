from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from accounts import services
from accounts.forms import AskForm, DecideForm, RevokeForm
from accounts.models import Verification
from accounts.views.people import Managed


class Ask(Managed, FormView):
    """The state of the verification, and the request for it."""

    form_class = AskForm
    template_name = "accounts/verification.html"

    def form_valid(self, form: AskForm) -> HttpResponse:
        try:
            services.ask(self.organisation, by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The portal office has your request."))
        return redirect("people:verification", self.organisation.slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.organisation.verifications.order_by("-asked_at", "-pk"))
        held = next((one for one in rows if one.is_verified and not one.revoked_at), None)
        waiting = next((one for one in rows if one.decided_at is None), None)
        may_ask = self.organisation.is_vendor and not held and not waiting
        last = rows[0] if rows and may_ask else None
        return super().get_context_data(
            **kwargs, organisation=self.organisation, held=held, waiting=waiting, may_ask=may_ask, last=last
        )


class _Office(PermissionRequiredMixin):
    permission_required = "accounts.verify_organisation"

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated  # type: ignore[attr-defined]
        return super().handle_no_permission()


class Queue(_Office, ListView):
    """Who waits, the longest first; on demand also what was decided."""

    template_name = "accounts/verifications.html"
    paginate_by = 25

    def get_queryset(self):
        rows = Verification.objects.select_related("organisation")
        if not self.shows_all():
            rows = rows.waiting()
        return rows.order_by(F("decided_at").desc(nulls_first=True), "asked_at", "pk")

    def shows_all(self) -> bool:
        return self.request.GET.get("show") == "all"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, shows_all=self.shows_all())


class Decide(_Office, FormView):
    """What the vendor says of itself, beside what was found; yes or no."""

    form_class: Any = DecideForm
    template_name = "accounts/decide_verification.html"
    service = staticmethod(services.decide)
    said: Any = gettext_lazy("The vendor reads your decision.")

    def get_verification(self) -> Verification:
        rows = Verification.objects.select_related("organisation", "asked_by", "decided_by", "revoked_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.service(self.get_verification(), by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, self.said)
        return redirect("people:verifications")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, verification=self.get_verification())


class Revoke(Decide):
    template_name = "accounts/revoke_verification.html"
    form_class = RevokeForm
    service = staticmethod(services.revoke)
    said = gettext_lazy("The badge is gone, and the vendor reads why.")
