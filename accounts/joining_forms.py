from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from accounts.models import JoinRequest, Membership, Organisation


class RegisterForm(forms.ModelForm):
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        max_length=200,
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )

    class Meta:
        model = Organisation
        fields = ("name_en", "name_zh", "kind", "br_number", "website")
        field_classes = {"name_en": LineField, "name_zh": LineField}
        labels = {
            "name_en": _("Name in English"),
            "name_zh": _("Name in Traditional Chinese"),
            "kind": _("Kind of vendor"),
            "br_number": _("Business registration number"),
        }
        help_texts = {
            "name_en": _("As it stands in its papers. One of the two names is enough."),
            "br_number": _("Eight digits, without the branch. It is not shown to the public."),
        }
        widgets = {
            "kind": forms.RadioSelect,
            "br_number": forms.TextInput(attrs={"data-width": "10", "inputmode": "numeric"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(one.value, one.label) for one in Organisation.VENDORS]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("name_en") and not said.get("name_zh"):
            self.add_error("name_en", _("Give its name in one language at least."))
        return said

    def _post_clean(self) -> None:
        """The service checks the row as a whole: here nothing is made yet."""


class AskToJoinForm(forms.ModelForm):
    class Meta:
        model = JoinRequest
        fields = ("words",)
        labels = {"words": _("Who you are to the organisation")}
        help_texts = {
            "words": _("Such as your post. Its approvers read it, with your name and e-mail address.")
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}


class PairForm(forms.Form):
    """Two organisations by the last part of the addresses of their pages."""

    one = forms.SlugField(label=_("One organisation"), max_length=80)
    other = forms.SlugField(label=_("The other"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = _("The last part of the address of its page, such as harbour-university.")

    def _found(self, name: str) -> Organisation:
        found = Organisation.objects.filter(slug=self.cleaned_data[name]).first()
        if found is None:
            raise forms.ValidationError(_("No organisation has this address."))
        return found

    def clean_one(self) -> Organisation:
        return self._found("one")

    def clean_other(self) -> Organisation:
        return self._found("other")


class AnswerJoinForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("member", _("Let the person in as a member")),
            ("approver", _("Let the person in as an approver")),
            ("decline", _("Decline")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed when you decline; the person reads it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("answer") == "decline" and not said.get("reason"):
            self.add_error("reason", _("Say why: the person reads your reason."))
        return said

    @property
    def role(self) -> str:
        return Membership.Role(self.cleaned_data["answer"]).value


class KeepApartForm(forms.Form):
    reason = forms.CharField(
        label=_("Why they are two"),
        help_text=_("It stays with the decision. Such as: two companies of one group."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
