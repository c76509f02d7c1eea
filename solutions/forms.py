from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from journal.forms import GroundField
from solutions.models import Evidence, Solution
from topics.forms import TopicsField

SECTIONS = [
    (
        _("What it is"),
        _("Write in English, in Traditional Chinese, or in both."),
        ["organisation", "title_en", "title_zh", "summary_en", "summary_zh", "method_en", "method_zh"],
    ),
    (
        _("Readiness"),
        _("From 1, an idea, to 9, proven in daily operation. Evidence convinces more than the level."),
        ["trl", "is_novel"],
    ),
    (
        _("What a trial needs"),
        _("Tell the department what it has to provide, and how you leave the site."),
        ["trial_needs", "trial_conditions_en", "trial_conditions_zh"],
    ),
    (_("Price and time"), "", ["price", "lead_months"]),
    (_("Rights and certificates"), "", ["intellectual_property", "certificates", "nominated_by"]),
    (_("Topics"), _("People who follow one of these topics hear of your solution."), ["topics"]),
]


class SolutionForm(forms.ModelForm):
    topics = TopicsField(label=_("Topics"), required=False)
    trial_needs = forms.MultipleChoiceField(
        label=_("On site"),
        choices=Solution.TrialNeed,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    class Meta:
        model = Solution
        fields = (*(name for _title, _lead, names in SECTIONS for name in names), "confidential")
        widgets = {
            "trl": forms.NumberInput(attrs={"data-width": "2", "min": 1, "max": 9}),
            "lead_months": forms.NumberInput(attrs={"data-width": "3", "data-suffix": _("months"), "min": 0}),
        }
        help_texts = {"certificates": _("Separate them with commas, e.g. ISO 9001, IEC 62443.")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = user.organisations.vendors().order_by("pk")
        if self.instance.pk:
            del self.fields["organisation"]  # a solution never changes its vendor
        else:
            self.fields["organisation"].queryset = own
            self.fields["organisation"].initial = own.first()
        self.fields["nominated_by"].queryset = Organisation.objects.filter(
            partnership__isnull=False
        ).order_by("name_en", "pk")

    def sections(self) -> list[dict[str, Any]]:
        """The fields as the page groups them; the confidential part stands apart."""
        return [
            {"title": title, "lead": lead, "fields": [self[name] for name in names if name in self.fields]}
            for title, lead, names in SECTIONS
        ]

    def clean_trl(self) -> int | None:
        trl = self.cleaned_data["trl"]
        if trl is not None and not 1 <= trl <= 9:
            raise forms.ValidationError(_("The level is a number from 1 to 9."))
        return trl

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("title_en") and not data.get("title_zh") and not self.errors:
            self.add_error("title_en", _("Give a title in English or in Traditional Chinese."))
        return data


class EvidenceForm(forms.ModelForm):
    trl = forms.IntegerField(
        label=_("TRL"), min_value=1, max_value=9, widget=forms.NumberInput(attrs={"data-width": "2"})
    )
    url = forms.URLField(label=_("link"), required=False, assume_scheme="https")

    class Meta:
        model = Evidence
        fields = ("trl", "text", "url")

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return url


EvidenceFormSet = forms.formset_factory(EvidenceForm, extra=2, max_num=20, validate_max=True, can_delete=True)


def evidence_rows(formset: forms.BaseFormSet) -> list[dict[str, Any]]:
    """What the valid rows say, without the empty and the struck-out ones."""
    rows = (row.cleaned_data for row in formset.forms)
    return [
        {name: row[name] for name in ("trl", "text", "url")}
        for row in rows
        if row.get("text") and not row.get("DELETE")
    ]


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


class AnswerForm(forms.Form):
    wish_reference = forms.RegexField(
        r"^[Ww]-\d{4}-\d{4,}$",
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
