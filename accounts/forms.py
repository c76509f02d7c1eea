from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User, Verification


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


class OwnOrganisationForm(forms.Form):
    """For which of one's organisations one writes; nobody is asked who has only one.

    A room names which kinds write in it.
    """

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("organisation"), empty_label=None
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = self.writers().order_by("name_en", "pk")
        if not user.is_superuser:
            mine = mine.filter(pk__in=list(user.membership_roles))
        field = self.fields["organisation"]
        field.queryset = mine
        if len(field.queryset) == 1:
            self.initial["organisation"] = field.queryset[0].pk
            field.widget = forms.HiddenInput()

    def writers(self) -> QuerySet[Organisation]:
        raise NotImplementedError


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("A link goes to this address. It works once, for two weeks."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        initial=Membership.Role.MEMBER,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
    )


class AskForm(forms.ModelForm):
    class Meta:
        model = Verification
        fields = ("br_number", "cr_number", "note")
        help_texts = {
            "br_number": _("Eight digits, without the branch. A company needs it; a university need not."),
            "cr_number": _("If the organisation is in the Companies Register."),
            "note": _("Such as the ordinance of an institution, or whom to call."),
        }
        widgets = {
            "br_number": forms.TextInput(attrs={"data-width": "10", "inputmode": "numeric"}),
            "cr_number": forms.TextInput(attrs={"data-width": "10", "inputmode": "numeric"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }


class DecideForm(forms.Form):
    is_verified = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Verified")), ("no", _("Not verified"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    checked = forms.MultipleChoiceField(
        label=_("What you have checked"),
        choices=Verification.Check,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The vendor reads it. Needed when you do not verify."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The vendor reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
