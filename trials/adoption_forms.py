"""What an organisation says of a solution that it uses."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import OwnOrganisationForm
from accounts.models import Organisation, User
from innoportal.lib.inputs import DatePicker
from journal.clock import today
from solutions.models import Solution
from trials.adopters import may_speak
from trials.forms import PublicReasonForm
from trials.models import Confirmation
from trials.services.adopting import reports_of_solution

SAID = ("scope", "statement")
TEXTS = tuple(f"{name}_{script}" for name in SAID for script in ("en", "zh"))


class UseForm(OwnOrganisationForm, forms.ModelForm):
    sites = forms.IntegerField(
        label=_("number of sites"),
        min_value=1,
        max_value=100_000,
        help_text=_("Buildings, plants or vehicles of your organisation in which it is in use."),
        widget=forms.NumberInput(attrs={"data-width": "4"}),
    )

    class Meta:
        model = Confirmation
        fields = ("in_use_since", "sites", *TEXTS, "report")
        help_texts = {
            "report": _("Only if a report of the portal was a reason for you to take it."),
        }
        widgets = {
            "in_use_since": DatePicker,
            **{name: forms.Textarea(attrs={"rows": 2 if "scope" in name else 4}) for name in TEXTS},
        }

    field_order = ["organisation", "in_use_since", "sites", *TEXTS, "report"]

    def __init__(self, *args: Any, user: User, solution: Solution, **kwargs: Any) -> None:
        self.speaks = [one.pk for one in may_speak(user, solution)]
        super().__init__(*args, user=user, **kwargs)
        self.fields["organisation"].label = _("You write for")
        self.fields["in_use_since"].widget.attrs["max"] = today().isoformat()
        report: Any = self.fields["report"]
        report.queryset = reports_of_solution(solution).only("key", "reference", "status")
        report.label_from_instance = lambda one: one.reference
        report.empty_label = _("None")
        for name in TEXTS:
            self.fields[name].widget.attrs["lang"] = "en" if name.endswith("_en") else "zh-Hant"
            self.fields[name].is_either = True  # type: ignore[attr-defined]

    def writers(self) -> QuerySet[Organisation]:
        return Organisation.objects.filter(pk__in=self.speaks)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for name in SAID:
            both = [f"{name}_en", f"{name}_zh"]
            if not any(found.get(one) or one in self.errors for one in both):
                self.add_error(both[0], _("Write it in English or Chinese."))
        since = found.get("in_use_since")
        if since and since > today():
            self.add_error("in_use_since", _("This day has not come yet."))
        return found

    def _post_clean(self) -> None:
        """The service checks the row as a whole: here nothing is made yet."""


class EndUseForm(PublicReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why it ended")
