"""Forms by which a figure of a published report is put right, one for each kind of correction."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from innoportal.lib.inputs import DatePicker, DateTimePicker
from trials.batches import units_of
from trials.models import Amendment, LogEntry, Report, Rollup
from trials.showing import metric_said

ANY = {"step": "any", "data-width": "10"}


class _OfRecord(forms.Form):
    """Every one says why, and everyone reads it."""

    reason_en = forms.CharField(
        label=_("Reason, in English"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is public. One language is enough."),
    )
    reason_zh = forms.CharField(
        label=_("Reason, in Traditional Chinese"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        self.order_fields([*(name for name in self.fields if not name.startswith("reason")), *self.fields])


class ExcludeForm(_OfRecord):
    metric = forms.ChoiceField(label=_("Metric"))
    sensor = forms.ChoiceField(label=_("Sensor"), required=False)
    since = forms.DateTimeField(label=_("First moment"), widget=DateTimePicker)
    until = forms.DateTimeField(
        label=_("Last moment"), widget=DateTimePicker, help_text=_("Readings of both moments are among them.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trial = self.report.trial
        self.fields["metric"].choices = [  # type: ignore[attr-defined]
            (metric, f"{metric_said(metric)} ({unit})" if unit else metric_said(metric))
            for metric, unit in units_of(trial.claims.all()).items()
        ]
        days = Rollup.objects.days().filter(trial=trial).order_by("sensor")
        sensors = days.values_list("sensor", flat=True).distinct()
        self.fields["sensor"].choices = [  # type: ignore[attr-defined]
            ("", _("Each sensor")),
            *((one, one) for one in sensors),
        ]


class ScaleForm(ExcludeForm):
    factor = forms.DecimalField(
        label=_("Factor"),
        max_digits=16,
        decimal_places=8,
        initial=1,
        widget=forms.NumberInput(attrs=ANY),
        help_text=_("Each reading is read as reading × factor + offset. What was taken stays as it is."),
    )
    offset = forms.DecimalField(
        label=_("Offset, in the unit of the metric"),
        max_digits=16,
        decimal_places=8,
        initial=0,
        widget=forms.NumberInput(attrs=ANY),
    )


class MoneyForm(_OfRecord):
    line: Any = forms.ModelChoiceField(queryset=None, label=_("Line of money"), required=False)
    amount = forms.DecimalField(
        label=_("What was spent in all (HK$)"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.report.trial.budgetlines.order_by("year", "pk")
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
        if not lines:
            del self.fields["line"]


class IncidentForm(_OfRecord):
    on = forms.DateField(label=_("Day"), widget=DatePicker)
    severity = forms.ChoiceField(label=_("Severity"), choices=LogEntry.Severity)
    text_en = forms.CharField(
        label=_("What happened, in English"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One language is enough."),
    )
    text_zh = forms.CharField(
        label=_("What happened, in Traditional Chinese"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineAmendmentForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who asked for it reads it."),
    )


KINDS: dict[str, type[_OfRecord]] = {
    Amendment.Kind.EXCLUDE: ExcludeForm,
    Amendment.Kind.SCALE: ScaleForm,
    Amendment.Kind.MONEY: MoneyForm,
    Amendment.Kind.INCIDENT: IncidentForm,
}
