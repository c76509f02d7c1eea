from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import OwnOrganisationForm
from accounts.models import Organisation
from innoportal.lib.inputs import DatePicker, ListField
from innoportal.lib.writing.writer import LANGUAGES
from topics.forms import TopicsField
from wishes.answers import BILINGUAL, ROW, ROWS
from wishes.lasting import FARTHEST
from wishes.models import Kpi, Wish

# What must be said in at least one of the two languages.
NEEDED = {
    "title": _("Give it a title in English or Chinese."),
    "need": _("Say what the need is, in English or Chinese."),
    "outcome": _("Say what outcome is wanted, in English or Chinese."),
}


DAYS = ("closes_on", "questions_until", "decision_on")


class WishForm(forms.ModelForm):
    class Meta:
        model = Wish
        fields = [
            *(f"{name}_{language}" for name in BILINGUAL for language in ("en", "zh")),
            *("site_gives", "certificates", "trl_wanted", "budget", "months", "closes_on"),
            *("questions_until", "budget_holder", "vehicle", "decision_on", "topics"),
        ]
        widgets = dict.fromkeys(("closes_on", "questions_until", "decision_on"), DatePicker)
        help_texts = {
            "closes_on": _(
                "The last day on which solutions can answer. Leave it empty to keep the wish open."
            ),
            "questions_until": _("The last day on which vendors may ask in public."),
            "budget_holder": _("The section that would pay for a trial. Not shown to the public."),
            "access_hours_en": _("Such as weekdays 09:00 to 17:00, with a work permit of three days."),
            "access_hours_zh": _("Such as weekdays 09:00 to 17:00, with a work permit of three days."),
            "environment_en": _("Heat, dust, water, noise, height, narrow space, people about."),
            "environment_zh": _("Heat, dust, water, noise, height, narrow space, people about."),
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

    def clean_closes_on(self) -> Any:
        closes_on = self.cleaned_data["closes_on"]
        if closes_on and closes_on <= timezone.localdate():
            raise forms.ValidationError(_("The last day for proposals must be in the future."))
        return closes_on

    def clean_questions_until(self) -> Any:
        until, closes_on = self.cleaned_data["questions_until"], self.cleaned_data.get("closes_on")
        if until and closes_on and until > closes_on:
            raise forms.ValidationError(_("Questions must end before the proposals do, or on the same day."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        last = timezone.localdate() + FARTHEST
        for name in DAYS:
            if cleaned.get(name) and cleaned[name] > last:
                self.add_error(name, _("Choose a day within ten years."))
        for name, message in NEEDED.items():
            both = [field for field in self.fields if field.rpartition("_")[0] == name]
            if both and not any(cleaned.get(field) or field in self.errors for field in both):
                self.add_error(both[0], message)
        return cleaned


class StartForm(OwnOrganisationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].label = _("department")

    def writers(self) -> QuerySet[Organisation]:
        return Organisation.objects.requesters()


class KpiForm(forms.ModelForm):
    class Meta:
        model = Kpi
        fields = list(ROW)


KpiFormSet = forms.formset_factory(KpiForm, extra=0, max_num=ROWS, validate_max=True)
