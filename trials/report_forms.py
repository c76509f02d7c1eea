"""Forms of a report on its way: its words, and the money of a year."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from trials.analysis import CHANGES
from trials.models import SECTIONS, Benefit, Report, Trial
from trials.services.facts import Facts
from trials.services.prose import COLUMNS, must_be_known

ROWS = {"summary": 14, "need": 8, "solution": 8, "results": 10}


class ReportForm(forms.ModelForm):
    """The words of a draft; a figure that they name must be one of `known`."""

    class Meta:
        model = Report
        fields = [*COLUMNS, "valid_years"]
        widgets = {
            f"{section}_{script}": forms.Textarea(attrs={"rows": ROWS.get(section, 6)})
            for section in SECTIONS
            for script in ("en", "zh")
        } | {"valid_years": forms.NumberInput(attrs={"data-width": "2"})}

    def __init__(self, *args: Any, known: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        years = self.fields["valid_years"]
        years.required = False
        years.validators += [MinValueValidator(1), MaxValueValidator(Report.MOST_YEARS)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        try:
            must_be_known({name: found[name] for name in COLUMNS if name in found}, self.known)
        except ValidationError as wrong:
            for name, faults in wrong.error_dict.items():
                self.add_error(name, faults)
        return found

    def _post_clean(self) -> None:
        """The row is the service's to change, under its lock."""

    def sent(self) -> dict[str, Any]:
        """What is right of what the page sent; a section that it did not send stays as it is."""
        found = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        if found.get("valid_years", 0) is None:
            del found["valid_years"]
        return found


class BenefitForm(forms.ModelForm):
    class Meta:
        model = Benefit
        fields = [
            *("claim", "per_year", "unit", "price", "other_saving", "running_cost", "outlay"),
            *("basis_en", "basis_zh"),
        ]
        widgets = {
            name: forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"})
            for name in ("price", "other_saving", "running_cost", "outlay")
        } | {name: forms.Textarea(attrs={"rows": 4}) for name in ("basis_en", "basis_zh")}
        help_texts = {
            "claim": _("Its measured effect, in per cent, saves the money. None, if nothing measured does."),
            "per_year": _("Such as the kWh of a year before; what is saved is the measured per cent of it."),
            "unit": _("Such as kWh."),
            "other_saving": _("What this trial did not measure, such as hours of work; the report says so."),
        }

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        claims = cast("forms.ModelChoiceField", self.fields["claim"])
        claims.queryset = trial.claims.filter(method__in=CHANGES).order_by("position", "pk")
        for name in ("other_saving", "running_cost", "outlay"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """What costs nothing may be left empty."""
        found = super().clean() or {}
        for name in ("other_saving", "running_cost", "outlay"):
            if name in found and found[name] is None:
                found[name] = Decimal(0)
        return found

    def _post_clean(self) -> None:
        """The rules of the row are asked by the service, in words of the form they are said above."""
