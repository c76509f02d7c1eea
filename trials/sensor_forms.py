from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.batches import same_unit, units_of
from trials.models import Sensor, Trial
from trials.models.sensor import EUI64

MOST = 40
Channels = dict[str, dict[str, Any]]


class SensorForm(forms.ModelForm):
    """A device, and a line for each of its fields: `power.total = energy, kWh, 0.001`."""

    dev_eui = forms.CharField(
        label=gettext_lazy("DevEUI"),
        max_length=40,
        help_text=gettext_lazy(
            "16 hexadecimal digits, as on the device; dashes and colons may stand between."
        ),
    )
    mapping = forms.CharField(
        label=gettext_lazy("What its fields are"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line for each: name in the decoded object = metric, unit. A third part multiplies what the "
            "device sends, such as 0.001 from Wh to kWh: power.total = energy, kWh, 0.001"
        ),
    )

    class Meta:
        model = Sensor
        fields = ("name", "dev_eui", "f_port")

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.trial = trial
        self.units = units_of(trial.claims.all())
        self.initial["mapping"] = lines_of(self.instance.fields, self.units)

    def clean_dev_eui(self) -> str:
        digits = "".join(self.cleaned_data["dev_eui"].lower().replace("-", "").replace(":", "").split())
        EUI64(digits)
        return digits

    def clean_mapping(self) -> Channels:
        found: Channels = {}
        for number, line in enumerate(self.cleaned_data["mapping"].splitlines(), 1):
            if not line.strip():
                continue
            try:
                name, channel = channel_of(line, self.units)
                if name in found:
                    raise ValueError(_("“%s” stands there twice.") % name)
                found[name] = channel
            except ValueError as error:
                message = _("Line %(number)d: %(message)s") % {"number": number, "message": error}
                self.add_error("mapping", message)
        if len(found) > MOST:
            self.add_error("mapping", _("A sensor has at most 40 fields."))
        return found

    def validate_unique(self) -> None:
        """By the queryset of the trial: the constraint's own words name no field."""
        others = Sensor.objects.filter(trial=self.instance.trial).exclude(pk=self.instance.pk)
        for name in ("name", "dev_eui"):
            if name in self.cleaned_data and others.filter(**{name: self.cleaned_data[name]}).exists():
                self.add_error(name, _("Another sensor of this trial has it."))

    def values(self) -> dict[str, Any]:
        kept = {name: self.cleaned_data[name] for name in ("name", "dev_eui", "f_port")}
        return {**kept, "fields": self.cleaned_data["mapping"]}


def channel_of(line: str, units: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """:raises ValueError: with what is wrong, in the reader's language."""
    name, found, rest = (part.strip() for part in line.partition("="))
    parts = [part.strip() for part in rest.split(",")]
    if not name or not found or len(parts) not in (2, 3):
        raise ValueError(_("write it as: name = metric, unit"))
    metric, unit = parts[:2]
    if metric not in units:
        raise ValueError(
            _("“%(text)s” is none of: %(allowed)s.") % {"text": metric[:40], "allowed": ", ".join(units)}
        )
    if units[metric] and same_unit(unit) != same_unit(units[metric]):
        message = _("“%(unit)s” is not the unit of this claim, %(wanted)s.")
        raise ValueError(message % {"unit": unit[:40], "wanted": units[metric]})
    return name, {"metric": metric, "factor": _factor(parts[2]) if len(parts) == 3 else 1.0}


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError as error:
        raise ValueError(_("“%s” is not a number.") % text[:40]) from error
    if not 0 < abs(factor) <= 1e12:
        raise ValueError(_("The number is out of range."))
    return factor


def lines_of(fields: Channels, units: dict[str, str]) -> str:
    """What `channel_of` reads again."""
    return "\n".join(
        f"{name} = {one['metric']}, {units.get(one['metric'], '')}"
        + (f", {one['factor']:.12g}" if one["factor"] != 1 else "")
        for name, one in fields.items()
    )
