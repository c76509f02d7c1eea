from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.lib.inputs import DatePicker
from trials.models import Trial
from wishes.models import Wish

AHEAD = timedelta(days=180)  # that a calendar shows


class SearchForm(forms.Form):
    needs = forms.MultipleChoiceField(
        label=_("It must give"),
        choices=Wish.SiteGift,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "govuk-checkboxes--small"}),
    )
    first = forms.DateField(label=_("Free from"), required=False, widget=DatePicker)
    last = forms.DateField(label=_("Free until"), required=False, widget=DatePicker)

    def period(self) -> tuple[date, date]:
        """As asked, else from today for half a year; a last day before the first is that day alone."""
        asked = getattr(self, "cleaned_data", {})
        first = asked.get("first") or timezone.localdate()
        return first, max(first, asked.get("last") or first + AHEAD)


class BookingForm(forms.Form):
    trial = forms.ModelChoiceField(label=_("Trial"), queryset=Trial.objects.none())
    first = forms.DateField(label=_("First day"), widget=DatePicker)
    last = forms.DateField(label=_("Last day"), widget=DatePicker)

    def __init__(self, *args: Any, trials: QuerySet[Trial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["trial"]
        field.queryset = trials
        field.label_from_instance = str
