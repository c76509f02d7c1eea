"""What people type when they steer a trial: on site with a telephone, or with ten minutes at a desk."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.lib.inputs import DatePicker
from trials.forms import REASONS, LogForm, ReasonForm
from trials.models import Action, BudgetLine, ChangeRequest, Meeting, Milestone, Risk, Trial
from trials.services import people_of
from trials.steering import financial_year, year_said

MOST_PHOTOGRAPHS = 6  # with one entry of the log
HONG_KONG_DOLLARS = {"data-prefix": "HK$", "data-width": "10"}
SMALL = {"class": "govuk-checkboxes--small"}


class _InOneLanguage(forms.ModelForm):
    """Each of `said` is written in English or Chinese."""

    said: ClassVar[tuple[str, ...]] = ("title",)

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trial = trial

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in self.said:
            if not (found.get(f"{name}_en") or found.get(f"{name}_zh")):
                self.add_error(f"{name}_en", _("Write it in English or Chinese."))
        return found

    def _get_validation_exclusions(self) -> set[str]:
        """What is wrong in one language is not said again of the constraint on both."""
        found = set(super()._get_validation_exclusions())  # type: ignore[misc]
        return found | {f"{name}_zh" for name in self.said if f"{name}_en" in self.errors}


class MilestoneForm(_InOneLanguage):
    class Meta:
        model = Milestone
        fields = ("title_en", "title_zh", "due_on", "weight")
        widgets = {"due_on": DatePicker, "weight": forms.NumberInput(attrs={"data-width": "3"})}


class ReachForm(forms.Form):
    on = forms.DateField(label=_("Reached on"), widget=DatePicker, required=False)


class RiskForm(_InOneLanguage):
    class Meta:
        model = Risk
        fields = (
            *("title_en", "title_zh", "likelihood", "impact", "owner"),
            *("mitigation_en", "mitigation_zh", "state"),
        )
        widgets = {
            "mitigation_en": forms.Textarea(attrs={"rows": 3}),
            "mitigation_zh": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_of(self.trial)  # type: ignore[attr-defined]


class ChangeForm(_InOneLanguage):
    said = ("what", "why")

    class Meta:
        model = ChangeRequest
        fields = (
            *("what_en", "what_zh", "why_en", "why_zh", "on_claims_en", "on_claims_zh"),
            *("days", "money", "touches"),
        )
        widgets = {
            **{
                f"{name}_{script}": forms.Textarea(attrs={"rows": 3})
                for name in ("what", "why", "on_claims")
                for script in ("en", "zh")
            },
            "days": forms.NumberInput(attrs={"data-width": "4"}),
            "money": forms.NumberInput(attrs=HONG_KONG_DOLLARS),
        }

    touches = forms.MultipleChoiceField(
        label=_("Parts of the locked plan that it touches"),
        choices=ChangeRequest.Part,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
        help_text=_("With any of them, it becomes a deviation once both sides agree, printed in the report."),
    )


class DeclineForm(ReasonForm):
    pass


class HowItEndedForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("How it ended")
        self.fields["reason"].help_text = _("What was done, and whether it can happen again.")


class MeetingForm(_InOneLanguage):
    said = ("decisions",)

    class Meta:
        model = Meeting
        fields = ("on", "present", "decisions_en", "decisions_zh")
        widgets = {
            "on": DatePicker,
            "present": forms.Textarea(attrs={"rows": 4}),
            "decisions_en": forms.Textarea(attrs={"rows": 5}),
            "decisions_zh": forms.Textarea(attrs={"rows": 5}),
        }

    def clean_on(self) -> Any:
        if (day := self.cleaned_data["on"]) > timezone.localdate():
            raise forms.ValidationError(_("The day lies in the future."))
        return day


class ActionForm(forms.ModelForm):
    class Meta:
        model = Action
        fields = ("what", "owner", "due_on")
        widgets = {"due_on": DatePicker}

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class _Actions(forms.BaseFormSet):
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """The people are asked of the database once for all rows."""
        return {**super().get_form_kwargs(index), "people": self.form_kwargs["people"]}


ActionFormSet = forms.formset_factory(ActionForm, formset=_Actions, extra=3, max_num=20, validate_max=True)


def action_values(rows: Any) -> list[dict[str, Any]]:
    """What a valid formset says, without the rows left empty."""
    return [dict(row.cleaned_data) for row in rows if row.cleaned_data.get("what")]


class LineForm(_InOneLanguage):
    said = ("label",)

    class Meta:
        model = BudgetLine
        fields = ("year", "label_en", "label_zh", "planned", "spent", "scheme", "scheme_reference")
        widgets = {name: forms.NumberInput(attrs=HONG_KONG_DOLLARS) for name in ("planned", "spent")}

    year = forms.TypedChoiceField(label=_("Financial year (1 April to 31 March)"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = financial_year(self.trial.starts_on) - 2
        last = max(financial_year(self.trial.ends_on), financial_year(timezone.localdate())) + 3
        years = sorted({*range(first, last + 1)} | ({self.instance.year} if self.instance.year else set()))
        said = [(year, year_said(year)) for year in years]
        self.fields["year"].choices = said  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.fields["year"].initial = financial_year(timezone.localdate())


class ShowForm(forms.Form):
    parts = forms.MultipleChoiceField(
        label=_("What everyone may read"),
        choices=Trial.Open,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
        help_text=_("Without it, only those who take part, the portal office and auditors read it."),
    )


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotographsField(forms.FileField):
    """None, one or several pictures."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """:raises ValidationError: one of them is empty, or there are too many."""
        files = data if isinstance(data, list | tuple) else [data]
        found = [super(PhotographsField, self).clean(one, initial) for one in files if one]
        if len(found) > MOST_PHOTOGRAPHS:
            raise forms.ValidationError(
                _("At most %(most)s photographs with one entry. Log the others with another.")
                % {"most": MOST_PHOTOGRAPHS}
            )
        return found


class DiaryForm(LogForm):
    """The log as it is kept on site: today, a few words, photographs."""

    photographs = PhotographsField(
        label=_("Photographs"),
        required=False,
        widget=ManyFiles(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        help_text=_("JPEG or PNG. Where and when they were taken is removed. Those who take part see them."),
    )
    sent_as = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta(LogForm.Meta):
        widgets = {
            **LogForm.Meta.widgets,
            "text_en": forms.Textarea(attrs={"rows": 4}),  # type: ignore[dict-item]
            "text_zh": forms.Textarea(attrs={"rows": 4}),  # type: ignore[dict-item]
        }

    field_order = ("kind", "severity", "on", "text_en", "text_zh", *REASONS, "photographs")
