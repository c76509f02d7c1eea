from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from innoportal.lib.inputs import DatePicker, DateTimePicker
from matching.models import Match
from solutions.models import Solution
from trials.batches import units_of
from trials.models import Claim, Erratum, LogEntry, Measurement, Trial, Venue
from trials.models.log import NO_REASON
from trials.readings import MANUAL
from trials.services import needs_unmet
from trials.showing import metric_said

ASSUMED = ("baseline", "expected", "spread", "likeness", "per_day")  # what the length of a trial hangs on


class PlanForm(forms.ModelForm):
    class Meta:
        model = Trial
        fields = [
            *("engineer", "venue", "kind", "starts_on", "ends_on", "scale_en", "scale_zh"),
            *("method_en", "method_zh", "stop_rules_en", "stop_rules_zh", "severe", "budget_planned"),
            *("rung", "earlier", "exit_cost", "exit_en", "exit_zh"),
        ]
        widgets = {
            "starts_on": DatePicker,
            "ends_on": DatePicker,
            "budget_planned": forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"}),
            "exit_cost": forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"}),
        }
        help_texts = {
            "exit_cost": _("To take everything out again and leave the site as it was."),
            "method_en": _("Meters, places, times; how the baseline is taken."),
            "stop_rules_en": _("What ends the trial early, whoever is on site."),
        }

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs = match.solution.trial_needs
        self.fields["engineer"].queryset = User.objects.with_role(Role.ENGINEER).order_by("name", "pk")
        earlier = Trial.objects.filter(match__solution=match.solution, plan_locked_at__isnull=False)
        self.fields["earlier"].queryset = earlier.select_related("match__solution").order_by(
            "-starts_on", "-pk"
        )
        self.fields["venue"].queryset = Venue.objects.select_related("organisation").order_by("name_en", "pk")

    def clean_severe(self) -> str:
        return self.cleaned_data["severe"] or Trial.OnSevere.ASK

    def unmet(self) -> list[str]:
        """What the solution needs and the chosen venue does not give, as people call it."""
        chosen = getattr(self, "cleaned_data", {}).get("venue")
        venue = chosen or (self.instance.venue if self.instance.venue_id else None)
        if venue is None:
            return []
        return [str(Solution.TrialNeed(need).label) for need in needs_unmet(self.needs, venue.gives)]


class ClaimForm(forms.ModelForm):
    class Meta:
        model = Claim
        fields = [
            *("statement_en", "statement_zh", "metric", "unit", "direction", "target", "method"),
            *("companion", "control", "figure", "sampling_en", "sampling_zh"),
            *("instrument", "uncertainty", "calibrated_on", "certificate"),
            *ASSUMED,
        ]
        widgets = {"calibrated_on": DatePicker}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.has_changed() and not (found.get("statement_en") or found.get("statement_zh")):
            self.add_error("statement_en", _("Write the claim in English or Chinese."))
        return found

    @property
    def promise(self) -> list[forms.BoundField]:
        """What everyone fills in."""
        return [self[name] for name in self.Meta.fields[:7]]

    @property
    def design(self) -> dict[str, Any]:
        return self._folded(self.Meta.fields[7:16])

    @property
    def length(self) -> dict[str, Any]:
        return self._folded(self.Meta.fields[16:])

    def _folded(self, names: list[str]) -> dict[str, Any]:
        """Fields behind a summary, open when one of them is wrong."""
        fields = [self[name] for name in names]
        return {"fields": fields, "open": any(field.errors for field in fields)}


class _Claims(forms.BaseFormSet):
    def clean(self) -> None:
        """Each claim has a metric of its own, by which the readings name it; the second of two is told so."""
        rows: dict[str, int] = {}
        for number, form in enumerate(self.forms, start=1):
            metric = form.cleaned_data.get("metric") if form.is_valid() else None
            if not metric or form.cleaned_data.get("DELETE"):
                continue
            if metric in rows:
                words = {"metric": metric, "number": rows[metric]}
                form.add_error("metric", _SHARED % words)
            rows.setdefault(metric, number)


_SHARED = _(
    "“%(metric)s” is the metric of row %(number)s already. Each reading belongs to one claim: give this one "
    "another metric, such as %(metric)s-2, and name its readings so."
)
ClaimFormSet = forms.formset_factory(
    ClaimForm, formset=_Claims, extra=1, max_num=12, validate_max=True, can_delete=True
)


def claim_initial(trial: Trial) -> list[dict[str, Any]]:
    return [
        {name: _shown(getattr(claim, name)) for name in ClaimForm.Meta.fields}
        for claim in trial.claims.order_by("position", "pk")
    ]


def _shown(value: Any) -> Any:
    """A number without the zeros of its column."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def claim_rows(formset: Any) -> list[dict[str, Any]]:
    """What the rows say so far, typed or kept, without what cannot be read."""
    rows = []
    for form in formset:
        if form.is_bound:
            form.is_valid()
            wrong = form.errors.keys() & set(ASSUMED)
            rows.append({} if wrong or form.cleaned_data.get("DELETE") else form.cleaned_data)
        else:
            kept = form.initial
            rows.append({name: _read(form, name, kept[name]) for name in kept if name in form.fields})
    return rows


def _read(form: forms.Form, name: str, value: Any) -> Any:
    try:
        return form.fields[name].to_python(value)
    except forms.ValidationError:
        return None


def claim_typed(data: Any) -> list[dict[str, Any]]:
    """The rows as they were typed, right or wrong."""
    total = min(int(data.get("claims-TOTAL_FORMS") or 0), ClaimFormSet.absolute_max)
    return [{name: data.get(f"claims-{number}-{name}", "") for name in ClaimForm.Meta.fields}
            for number in range(total)]  # fmt: skip


def claim_values(formset: Any) -> list[dict[str, Any]]:
    """What a valid formset says, without the rows left empty or struck out."""
    rows = [form.cleaned_data for form in formset]
    return [
        {name: row[name] for name in ClaimForm.Meta.fields}
        for row in rows
        if row.get("metric") and not row.get("DELETE")
    ]


class LengthForm(forms.Form):
    """The days of a plan that is being typed."""

    starts_on = forms.DateField(required=False)
    ends_on = forms.DateField(required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everyone concerned reads it."),
    )


class PublicReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("It is public.")


class SpendForm(forms.Form):
    budget_spent = forms.DecimalField(
        label=_("Money spent so far"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"}),
    )


class MeasurementForm(forms.Form):
    metric = forms.ChoiceField(label=_("Metric"))
    at = forms.DateTimeField(label=_("When"), widget=DateTimePicker)
    phase = forms.ChoiceField(label=_("Phase"), choices=Measurement.Phase)
    value = forms.FloatField(
        label=_("Value"), widget=forms.NumberInput(attrs={"step": "any", "data-width": "10"})
    )
    sensor = forms.CharField(label=_("Sensor"), max_length=80, required=False)

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [
            (metric, f"{metric_said(metric)} ({unit})" if unit else metric_said(metric))
            for metric, unit in units_of(trial.claims.all()).items()
        ]

    def clean_sensor(self) -> str:
        return self.cleaned_data["sensor"] or MANUAL


REASONS = ("reason_en", "reason_zh")


class LogForm(forms.ModelForm):
    class Meta:
        model = LogEntry
        fields = ["kind", "severity", "on", "text_en", "text_zh", *REASONS]
        widgets: ClassVar = {"on": DatePicker} | {name: forms.Textarea(attrs={"rows": 2}) for name in REASONS}
        help_texts = {
            "severity": _("Of an incident."),
            "reason_en": _("Of a deviation: why the plan was left. The report prints it."),
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not (found.get("text_en") or found.get("text_zh")):
            self.add_error("text_en", _("Write what happened in English or Chinese."))
        is_incident = found.get("kind") == LogEntry.Kind.INCIDENT
        if is_incident and not found.get("severity"):
            self.add_error("severity", _("Say how severe the incident was."))
        if not is_incident:
            found["severity"] = ""
        if found.get("kind") != LogEntry.Kind.DEVIATION:
            found |= dict.fromkeys(REASONS, "")
        elif not any(found.get(name) for name in REASONS):
            self.add_error("reason_en", NO_REASON)
        if (day := found.get("on")) and day > timezone.localdate():
            self.add_error("on", _("The day lies in the future."))
        return found

    def _post_clean(self) -> None:
        """The rules of the row are asked by the service, in words of the form they are said above."""


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Your comment"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It is printed in the report and ends your time for comments."),
    )


class VerifyForm(forms.Form):
    statement = forms.CharField(
        label=_("Your statement"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you checked and what you found. It is printed with your name."),
    )
    interests = forms.CharField(
        label=_("Declaration of interests"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every tie to the parties in the last five years; write “None” when there is none."),
    )


class ErratumForm(forms.ModelForm):
    class Meta:
        model = Erratum
        fields = ["text_en", "text_zh"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not (found.get("text_en") or found.get("text_zh")):
            self.add_error("text_en", _("Say what is wrong, in English or Chinese."))
        return found
