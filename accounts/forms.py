from django import forms
from django.contrib.auth import forms as auth_forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User


class LineField(forms.CharField):
    """One line: a name stands in subjects and headers of mails."""

    def to_python(self, value: object) -> str:
        return " ".join(super().to_python(value).split())


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = LineField(label=_("Your name"), max_length=120)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class UserCreationForm(auth_forms.AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class UserChangeForm(auth_forms.UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "language")
        field_classes = {"name": LineField}


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person finds the invitation after signing in with this address."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        initial=Membership.Role.MEMBER,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
    )
