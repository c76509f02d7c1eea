from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from innoportal.lib.widgets import DatePicker
from topics.forms import TopicsField
from wishes.models import Kpi, Question, Wish

# What must be said in at least one of the two languages.
NEEDED = {
    "title": _("Give it a title in English or Chinese."),
    "need": _("Say what the need is, in English or Chinese."),
    "outcome": _("Say what outcome is wanted, in English or Chinese."),
}

SECTIONS = (
    (_("The need"), _("Write in English, in Traditional Chinese, or in both."), ("title", "need")),
    (_("The outcome wanted"), _("Say what would be better, not which product to buy."), ("outcome",)),
    (_("Constraints"), _("Standards, safety, privacy, what must not be touched."), ("constraints",)),
    (_("The site"), "", ("site", "site_gives")),
    (_("What a solution must bring"), "", ("certificates", "trl_wanted")),
    (_("Budget and time"), "", ("budget", "budget_holder", "months", "closes_on", "decision_on")),
    (_("Topics"), _("Who follows one of these topics is told when the wish is published."), ("topics",)),
)


class ListField(SimpleArrayField):
    """Words with commas between them; empty places do not count."""

    def to_python(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            value = self.delimiter.join(part for part in value.split(self.delimiter) if part.strip())
        return super().to_python(value)


class WishForm(forms.ModelForm):
    class Meta:
        model = Wish
        fields = [
            "organisation",
            *(f"{name}_{language}" for name in ("title", "need", "outcome") for language in ("en", "zh")),
            *(f"{name}_{language}" for name in ("constraints", "site") for language in ("en", "zh")),
            *("site_gives", "certificates", "trl_wanted", "budget", "budget_holder"),
            *("months", "closes_on", "decision_on", "topics"),
        ]
        widgets = {"closes_on": DatePicker, "decision_on": DatePicker}
        help_texts = {
            "closes_on": _(
                "The last day on which solutions can answer. Leave it empty to keep the wish open."
            ),
            "budget_holder": _("The section that would pay for a trial. Not shown to the public."),
        }

    topics = TopicsField(
        to_field_name="slug",
        label=_("topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    site_gives = forms.MultipleChoiceField(
        label=_("what the site can give"),
        choices=Wish.SiteGift,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    certificates = ListField(
        forms.CharField(max_length=60),
        label=_("certificates required"),
        required=False,
        help_text=_("With commas between them, such as ISO 9001, EN 81-20."),
    )
    trl_wanted = forms.IntegerField(
        label=_("lowest readiness (TRL)"),
        required=False,
        min_value=1,
        max_value=9,
        widget=forms.NumberInput(attrs={"data-width": "2"}),
        help_text=_("From 1 (an idea) to 9 (in daily use)."),
    )
    months = forms.IntegerField(
        label=_("wanted within (months)"),
        required=False,
        min_value=1,
        max_value=120,
        widget=forms.NumberInput(attrs={"data-width": "3"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["organisation"]
        else:
            mine = Organisation.objects.requesters()
            if not user.is_superuser:
                mine = mine.filter(pk__in=list(user.membership_roles))
            field = self.fields["organisation"]
            field.queryset = mine.order_by("name_en", "pk")
            if len(field.queryset) == 1:
                self.initial.setdefault("organisation", field.queryset[0].pk)
        for name in ("constraints", "need", "outcome"):
            for language in ("en", "zh"):
                self.fields[f"{name}_{language}"].widget.attrs["rows"] = 6
        for name in NEEDED:
            for language in ("en", "zh"):  # one of the two is needed, so the page says "(optional)" of none
                self.fields[f"{name}_{language}"].is_either = True

    def clean_closes_on(self) -> Any:
        closes_on = self.cleaned_data["closes_on"]
        if closes_on and closes_on <= timezone.localdate():
            raise forms.ValidationError(_("The last day for proposals must be in the future."))
        return closes_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, message in NEEDED.items():
            given = any(cleaned.get(f"{name}_{language}") for language in ("en", "zh"))
            wrong = any(f"{name}_{language}" in self.errors for language in ("en", "zh"))
            if not given and not wrong:
                self.add_error(f"{name}_en", message)
        return cleaned

    def sections(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: a text in two languages is a pair, side by side."""
        return [
            {"title": title, "hint": hint, "rows": [self._row(name) for name in names]}
            for title, hint, names in SECTIONS
        ]

    def _row(self, name: str) -> list[forms.BoundField]:
        if name in self.fields:
            return [self[name]]
        return [self[f"{name}_en"], self[f"{name}_zh"]]


class KpiForm(forms.ModelForm):
    class Meta:
        model = Kpi
        fields = ["metric", "unit", "baseline", "target"]


KpiFormSet = forms.formset_factory(KpiForm, extra=2, max_num=12, validate_max=True, can_delete=True)


def kpi_initial(wish: Wish) -> list[dict[str, Any]]:
    """The rows as people would type them: 12, not 12.0000."""
    return [
        {
            "metric": kpi.metric,
            "unit": kpi.unit,
            "baseline": None if kpi.baseline is None else f"{kpi.baseline.normalize():f}",
            "target": f"{kpi.target.normalize():f}",
        }
        for kpi in wish.kpis.order_by("pk")
    ]


def kpi_values(formset: Any) -> list[dict[str, Any]]:
    """What a valid formset says, without the rows left empty or struck out."""
    columns = KpiForm.Meta.fields
    return [
        {name: row[name] for name in columns}
        for row in (form.cleaned_data for form in formset)
        if row.get("metric") and not row.get("DELETE")
    ]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other side reads it."),
    )


class WithdrawForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The other side reads it. If the wish has been published, everyone can read it."
        )


class MergeForm(ReasonForm):
    field_order = ["into", "reason"]
    into = forms.CharField(
        label=_("Number of the wish that stands for both"),
        max_length=16,
        help_text=_("Such as W-2026-0042."),
        widget=forms.TextInput(attrs={"data-width": "10"}),
    )

    def clean_into(self) -> Wish:
        into = Wish.objects.open().filter(reference=self.cleaned_data["into"].upper()).first()
        if into is None:
            raise forms.ValidationError(_("No open wish has this number."))
        return into


class RenewForm(forms.Form):
    closes_on = forms.DateField(label=_("Proposals until"), widget=DatePicker)


class QuestionForm(forms.ModelForm):
    class Meta:
        model = Question
        fields = ["text"]
        labels = {"text": _("Your question")}
        help_texts = {"text": _("The question and its answer are public. Your name is not shown.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Answer"), max_length=6000, widget=forms.Textarea(attrs={"rows": 4}))


class SponsorForm(forms.Form):
    """Which of the organisations that this person speaks for needs the same."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )

    def __init__(self, *args: Any, user: User, wish: Wish, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken_for = [pk for pk in user.membership_roles if user.is_approver_of(pk)]
        field = self.fields["organisation"]
        field.queryset = (
            Organisation.objects.requesters().filter(pk__in=spoken_for).exclude(pk=wish.organisation_id)
        )
