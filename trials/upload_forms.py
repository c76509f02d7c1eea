from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials import columns
from trials.batches import units_of
from trials.columns import Columns
from trials.models import Measurement, Trial
from trials.readings import MANUAL
from trials.showing import metric_said

ZONES = (
    ("Asia/Hong_Kong", gettext_lazy("Hong Kong")),
    ("UTC", "UTC"),
    ("Asia/Tokyo", gettext_lazy("Tokyo")),
    ("Europe/London", gettext_lazy("London, with summer time")),
    ("Europe/Berlin", gettext_lazy("Central Europe, with summer time")),
    ("America/New_York", gettext_lazy("New York, with summer time")),
    ("America/Los_Angeles", gettext_lazy("Los Angeles, with summer time")),
)
ORDERS = (
    (columns.ISO, gettext_lazy("year first: 2026-12-31 14:00, or a spreadsheet's own dates")),
    (columns.DAY_FIRST, gettext_lazy("day first: 31/12/2026 14:00")),
    (columns.MONTH_FIRST, gettext_lazy("month first: 12/31/2026 2:00 PM")),
    (columns.EPOCH, gettext_lazy("seconds or milliseconds since 1970")),
)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Measurements (CSV, TSV or XLSX)"),
        help_text=gettext_lazy(
            "One reading a row, with its time. You say next what each column is, and see what would be taken."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.xlsx"}),
    )


class ColumnsForm(forms.Form):
    """What each column is. A question without a column is answered for all rows."""

    time = forms.ChoiceField(label=gettext_lazy("Time"))
    order = forms.ChoiceField(label=gettext_lazy("How its dates are written"), choices=ORDERS)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=ZONES,
        help_text=gettext_lazy("Of times that name none themselves."),
    )
    value = forms.ChoiceField(label=gettext_lazy("Value"))
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        required=False,
        help_text=gettext_lazy("If a column names it, it is checked against the unit of the claim."),
    )
    metric = forms.ChoiceField(label=gettext_lazy("Metric"), required=False)
    every_metric = forms.ChoiceField(label=gettext_lazy("Metric of all rows without one"), required=False)
    sensor = forms.ChoiceField(label=gettext_lazy("Sensor"), required=False)
    every_sensor = forms.CharField(
        label=gettext_lazy("Sensor of all rows without one"), max_length=80, required=False
    )
    phase = forms.ChoiceField(
        label=gettext_lazy("Phase"),
        required=False,
        help_text=gettext_lazy("The column says “baseline” or “trial”."),
    )
    every_phase = forms.ChoiceField(label=gettext_lazy("Phase of all rows without one"), required=False)

    def __init__(self, *args: Any, names: Sequence[str], trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(name, name) for name in names]
        fields: Any = self.fields
        for name in ("time", "value"):
            fields[name].choices = [("", _("Choose a column")), *known]
        nothing = _("No column")
        for name in ("metric", "sensor", "phase"):
            fields[name].choices = [("", nothing), *known]
        fields["unit"].choices = [("", _("No column: they are in the unit of the claim")), *known]
        fields["every_metric"].choices = [
            ("", _("None")),
            *(
                (metric, f"{metric_said(metric)} ({unit})" if unit else metric_said(metric))
                for metric, unit in units_of(trial.claims.all()).items()
            ),
        ]
        fields["every_phase"].choices = [
            ("", _("Baseline before the start of the trial, trial after it")),
            *Measurement.Phase.choices,
        ]
        fields["every_sensor"].widget.attrs["placeholder"] = MANUAL

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not (found.get("metric") or found.get("every_metric")):
            self.add_error("every_metric", _("Choose the metric, or the column that names it."))
        chosen = [found[name] for name in ("time", "value") if found.get(name)]
        if len(chosen) == 2 and chosen[0] == chosen[1]:
            self.add_error("value", _("One column cannot be both the time and the value."))
        return found

    def columns(self) -> Columns:
        return Columns(**self.cleaned_data)
