"""The pages on which a person closes their account, and the portal office one whose owner asks for it."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from accounts.models import User
from innoportal import closing


class CloseForm(forms.Form):
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that this takes effect at once and cannot be undone")
    )


class CloseForForm(CloseForm):
    """`email` is shown again as it was typed: whose account it is must be seen before it is closed."""

    field_order = ("email", "reason", "understood")
    email = forms.EmailField(label=gettext_lazy("E-mail address of the account"))
    reason = forms.CharField(
        label=gettext_lazy("How its owner asked for it, and how you know that it was them"),
        help_text=gettext_lazy("Without names and addresses: it stays in the journal."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_email(self) -> User:
        found = open_account(self.cleaned_data["email"])
        if found is None:
            raise forms.ValidationError(_("No open account has this address."))
        return found


def open_account(address: str) -> User | None:
    return User.objects.filter(email=address.strip().lower(), closed_at=None).first()


class Closes(FormView):
    """Says what would happen; a POST does it, after the passphrase was asked for again."""

    def whom(self) -> User | None:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.whom()
        duties = closing.duties_of(person) if person else []
        return super().get_context_data(**kwargs, person=person, duties=duties)

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def ends(self, form: Any, person: User, reason: str = "") -> HttpResponse | None:
        """The page again where the account cannot be closed; None where it is closed."""
        by: Any = self.request.user
        try:
            closing.close(person, by=by, reason=reason)
        except closing.StillNeeded:
            form.add_error(None, _("This account is still needed. First hand over what stands below."))
            return self.form_invalid(form)
        return None


class CloseAccount(LoginRequiredMixin, Closes):
    form_class = CloseForm
    template_name = "accounts/close.html"

    def whom(self) -> User:
        person: Any = self.request.user
        return person

    def form_valid(self, form: CloseForm) -> HttpResponse:
        person = User.objects.get(pk=self.whom().pk)
        if refused := self.ends(form, person):
            return refused
        logout(self.request)
        messages.success(self.request, _("Your account is closed, and you are signed out everywhere."))
        return redirect("home")


class CloseAccountFor(PermissionRequiredMixin, Closes):
    """First the address, then what would happen to whose account it is."""

    permission_required = "accounts.close_for_others"
    form_class = CloseForForm
    template_name = "accounts/close_for.html"

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def whom(self) -> User | None:
        return open_account(self.request.POST.get("email") or self.request.GET.get("email", ""))

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.GET.get("email", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        person, asked = context["person"], self.request.GET.get("email", "")
        may = person is not None and self.request.user.has_perm("accounts.close_user", person)
        return context | {"is_unknown": bool(asked) and person is None, "may_close": may}

    def form_valid(self, form: CloseForForm) -> HttpResponse:
        person = form.cleaned_data["email"]
        try:
            refused = self.ends(form, person, form.cleaned_data["reason"])
        except PermissionDenied:
            form.add_error(None, _("Only an administrator closes the account of somebody with a role here."))
            return self.form_invalid(form)
        if refused:
            return refused
        messages.success(
            self.request, _("The account is closed. Tell its owner; the portal cannot any more.")
        )
        return redirect("workspace")


urlpatterns = [
    path("account/close/", CloseAccount.as_view(), name="close-account"),
    path("account/close-for/", CloseAccountFor.as_view(), name="close-account-for"),
]
