from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from matching.models import Conflict, Review
from matching.services import LONGEST

SIDES = [("", _("Everything")), ("wish", _("Wishes")), ("solution", _("Solutions"))]


class ReviewForm(forms.ModelForm):
    """A verdict; the service judges who may give one."""

    class Meta:
        model = Review
        fields = ("verdict", "ground", "reason")
        widgets = {
            "verdict": forms.RadioSelect,
            "reason": forms.Textarea(attrs={"rows": 6, "maxlength": 3000}),
        }
        help_texts = {
            "reason": _(
                "The other experts and the portal office read it. If you decline or ask for more, the "
                "department and the vendor read it too, without your name."
            ),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = Review.Verdict.choices  # type: ignore[attr-defined]  # none is preset


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 3000}),
        help_text=_("The department and the vendor read it."),
    )


class ConflictForm(forms.ModelForm):
    class Meta:
        model = Conflict
        fields = ("organisation", "reason")
        labels = {"organisation": _("Organisation")}
        help_texts = {
            "reason": _("In what way it is near to you: work, family, money, an old quarrel."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.order_by("name_en", "pk")  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """Odd input is no error in a search box: what is too long is cut, an unknown side is none."""

    q = forms.CharField(required=False, label=_("Search"), strip=True)
    side = forms.ChoiceField(
        required=False,
        label=_("Show"),
        choices=SIDES,
    )

    def asked(self) -> tuple[str, str]:
        self.is_valid()
        text = str(self.data.get("q", "")).replace("\0", " ").strip()[:LONGEST]
        return text, self.cleaned_data.get("side", "")
