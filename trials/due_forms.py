"""Forms of the days of reports and of the vendor's window."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from innoportal.lib.inputs import DatePicker
from trials.models import ReportDue, Term
from trials.models.term import LONGEST


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class MoveDueForm(forms.Form):
    due_on = forms.DateField(label=_("New day"), widget=DatePicker)
    reason = _reason(_("The parties and the engineer read it."))


class ExtendCommentForm(forms.Form):
    comment_until = forms.DateField(label=_("The vendor may comment until"), widget=DatePicker)
    reason = _reason(_("The vendor and the engineer read it."))


class LateCommentForm(forms.Form):
    text = forms.CharField(
        label=_("Late comment"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Your time is over: the verifier reads it, and it is not printed in the report."),
    )


class AssignForm(forms.Form):
    verifier = forms.ModelChoiceField(
        label=_("Verifier"),
        queryset=User.objects.none(),
        help_text=_("Whoever is not independent of the parties and of the writing is refused."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["verifier"]
        people.queryset = User.objects.with_role(Role.VERIFIER).order_by("name", "pk")
        people.label_from_instance = lambda user: user.name


class InterimForm(forms.ModelForm):
    class Meta:
        model = ReportDue
        fields = ["text_en", "text_zh"]
        widgets = {name: forms.Textarea(attrs={"rows": 8}) for name in ("text_en", "text_zh")}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not (found.get("text_en", "").strip() or found.get("text_zh", "").strip()):
            self.add_error("text_en", _("Say how the trial stands, in English or Chinese."))
        return found

    def _post_clean(self) -> None:
        """The service writes the row."""


class TermsForm(forms.Form):
    """A number of days for each term."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = Term.objects.days()
        for code, label in Term.Code.choices:
            self.fields[code] = forms.IntegerField(
                label=label,
                initial=days[code],
                min_value=1,
                max_value=LONGEST,
                widget=forms.NumberInput(attrs={"data-width": "4"}),
            )
