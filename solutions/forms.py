from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import OwnOrganisationForm
from accounts.models import Organisation, User
from innoportal.lib.inputs import ListField
from innoportal.lib.writing.writer import LANGUAGES
from journal.forms import GroundField
from solutions.answers import BILINGUAL, ROWS, TEXTS
from solutions.asking import open_wish
from solutions.models import Evidence, Solution
from solutions.trl import LEVELS
from topics.forms import TopicsField

# What must be said in at least one of the two languages.
NEEDED = {
    "summary": _("Say what it does, in English or Chinese."),
    "title": _("Give it a title in English or Chinese."),
}
WISH_NUMBER = r"^[Ww]-\d{4}-\d{4,}$"
NO_SUCH_WISH = _("There is no open wish of this number.")


def level_choices() -> list[tuple[Any, Any]]:
    return [("", _("Not said")), *((one.number, f"{one.number} – {one.name}") for one in LEVELS)]


class SolutionForm(forms.ModelForm):
    class Meta:
        model = Solution
        fields = [name for name in TEXTS if name not in ("trl", "is_novel")]
        widgets = {
            "lead_months": forms.NumberInput(attrs={"data-width": "3", "data-suffix": _("months"), "min": 0}),
        }
        help_texts = {"insurance": _("Such as public liability of HK$20 million, until when.")}

    trl = forms.TypedChoiceField(
        label=_("technology readiness level (TRL)"), choices=level_choices, coerce=int, empty_value=None
    )
    is_novel = forms.NullBooleanField(
        label=_("new: not yet used in Hong Kong"),
        required=False,
        widget=forms.Select(choices=[("", _("Not said")), ("True", _("Yes")), ("False", _("No"))]),
    )
    certificates = ListField(
        forms.CharField(max_length=60),
        label=_("certificates held"),
        required=False,
        help_text=_("Separate them with commas, e.g. ISO 9001, IEC 62443."),
    )
    trial_needs = forms.MultipleChoiceField(
        label=_("On site"),
        choices=Solution.TrialNeed,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    topics = TopicsField(to_field_name="slug", label=_("Topics"), required=False)
    wish_reference = forms.RegexField(
        WISH_NUMBER,
        label=_("Number of the wish"),
        required=False,
        max_length=16,
        error_messages={"invalid": _("A wish's number looks like W-2026-0042.")},
        widget=forms.TextInput(attrs={"data-width": "20"}),
    )
    pitch = forms.CharField(
        label=_("Why it fits this wish"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, only: Collection[str] | None = None, **kwargs: Any) -> None:
        """`only` are the fields of one page, in its order."""
        super().__init__(*args, **kwargs)
        if only is not None:
            self.fields = {name: self.fields[name] for name in only}
        for name, field in self.fields.items():
            stem, _underscore, language = name.rpartition("_")
            field.is_either = stem in NEEDED  # one of the two is needed, so neither is "(optional)"
            if stem in BILINGUAL and language in LANGUAGES:
                field.widget.attrs["lang"] = LANGUAGES[language]
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 6

    def clean_wish_reference(self) -> str:
        reference = self.cleaned_data["wish_reference"].upper()
        if reference and open_wish(reference) is None:
            raise forms.ValidationError(NO_SUCH_WISH)
        return reference

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, message in NEEDED.items():
            both = [field for field in self.fields if field.rpartition("_")[0] == name]
            if both and not any(cleaned.get(field) or field in self.errors for field in both):
                self.add_error(both[0], message)
        if cleaned.get("wish_reference") and "pitch" in self.fields and not cleaned.get("pitch"):
            self.add_error("pitch", _("Say why the solution fits the wish."))
        if cleaned.get("pitch") and "wish_reference" not in self.errors and not cleaned.get("wish_reference"):
            self.add_error("wish_reference", _("Say which wish this is about, or leave both empty."))
        return cleaned


class StartForm(OwnOrganisationForm):
    def writers(self) -> QuerySet[Organisation]:
        return Organisation.objects.vendors()


class EvidenceForm(forms.ModelForm):
    trl = forms.TypedChoiceField(label=_("TRL"), choices=level_choices, coerce=int)
    url = forms.URLField(label=_("link"), required=False, assume_scheme="https")

    class Meta:
        model = Evidence
        fields = ("trl", "text", "url")

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return url


EvidenceFormSet = forms.formset_factory(EvidenceForm, extra=0, max_num=ROWS, validate_max=True)


GROUNDED = ("return", "refuse", "withdraw")  # verbs with a list of grounds


class ReasonForm(forms.Form):
    field_order = ["ground", "reason"]
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verb in GROUNDED:
            self.fields["ground"] = GroundField("solutions.solution", verb)
            self.order_fields(self.field_order)


class HideForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is hidden"),
        help_text=_("Everyone who looks for this version reads it. Do not repeat what should not be read."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    wish_reference = forms.RegexField(
        WISH_NUMBER,
        label=_("Number of the wish"),
        max_length=16,
        error_messages={"invalid": _("A wish's number looks like W-2026-0042.")},
        widget=forms.TextInput(attrs={"data-width": "20"}),
    )
    solution = forms.ModelChoiceField(label=_("Your solution"), queryset=Solution.objects.none())
    pitch = forms.CharField(
        label=_("Why it fits this wish"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, user: User, is_open: Callable[[str], bool], **kwargs: Any) -> None:
        """`is_open` says whether a number is that of a wish which takes answers: another room knows."""
        super().__init__(*args, **kwargs)
        self.is_open = is_open
        self.fields["solution"].queryset = (  # type: ignore[attr-defined]
            Solution.objects.filter(
                organisation__in=list(user.membership_roles), status__in=Solution.ANSWERING
            ).order_by("pk")
        )

    def clean_wish_reference(self) -> str:
        reference = self.cleaned_data["wish_reference"].upper()
        if not self.is_open(reference):
            raise forms.ValidationError(_("There is no open wish of this number."))
        return reference


class PitchForm(forms.Form):
    """`seen` tells which text its writer had before them."""

    pitch = forms.CharField(
        label=_("Why it fits this wish"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8})
    )
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)


class NewPitchForm(forms.Form):
    wish_reference = forms.RegexField(
        WISH_NUMBER,
        label=_("Number of the wish"),
        max_length=16,
        error_messages={"invalid": _("A wish's number looks like W-2026-0042.")},
        widget=forms.TextInput(attrs={"data-width": "20"}),
    )
    pitch = forms.CharField(
        label=_("Why it fits this wish"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, taken: Collection[str], **kwargs: Any) -> None:
        """`taken` are the wishes that it answers already."""
        super().__init__(*args, **kwargs)
        self.taken = taken

    def clean_wish_reference(self) -> str:
        reference = self.cleaned_data["wish_reference"].upper()
        if reference in self.taken:
            raise forms.ValidationError(_("It answers this wish already: change what it says above."))
        if open_wish(reference) is None:
            raise forms.ValidationError(NO_SUCH_WISH)
        return reference
