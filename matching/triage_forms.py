from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.forms import choices_of
from matching.models import Answer
from matching.triage import Narrowing, Row

VERBS = [
    ("shortlist", _("Put on the shortlist")),
    ("want", _("Ask for more")),
    ("decline", _("Decline")),
    ("reconsider", _("Take the decision back")),
]


class NarrowForm(forms.Form):
    """What the list shows; organisations are those that answered."""

    status = forms.MultipleChoiceField(
        label=_("Status"),
        choices=Answer.Status,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    score = forms.TypedChoiceField(
        label=_("Score by the engine"),
        choices=[
            ("", _("Any")),
            ("0.3", _("30% or more")),
            ("0.5", _("50% or more")),
            ("0.7", _("70% or more")),
        ],
        coerce=float,
        empty_value=None,
        required=False,
    )
    trl = forms.TypedChoiceField(
        label=_("Readiness (TRL)"),
        choices=[("", _("Any")), *((str(level), f"TRL {level}+") for level in (4, 6, 7, 8, 9))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=[("", _("Any")), ("en", _("English")), ("zh", _("Chinese"))],
        required=False,
    )
    organisation = forms.TypedChoiceField(
        label=_("Organisation"), coerce=int, empty_value=None, required=False, choices=[]
    )

    def __init__(self, *args: Any, rows: Iterable[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = {row.solution.organisation_id: str(row.solution.organisation.name) for row in rows}
        field: Any = self.fields["organisation"]
        field.choices = [("", _("Any")), *sorted(named.items(), key=lambda pair: pair[1])]

    def narrowing(self) -> Narrowing:
        """Without what was wrong."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Narrowing(**given | {"status": frozenset(given.get("status", ()))})


class DecideForm(forms.Form):
    """What to do with those that are ticked, or with all that are shown."""

    verb = forms.ChoiceField(label=_("Decision"), choices=VERBS, widget=forms.RadioSelect)
    scope = forms.ChoiceField(
        label=_("For which answers"),
        choices=[("ticked", _("Those that are ticked")), ("shown", _("All that are shown"))],
        initial="ticked",
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
    )
    ground = forms.ChoiceField(label=_("Why, from the list"), required=False)
    reason = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Each vendor reads it. Needed for everything but the shortlist."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["ground"]
        field.choices = [("", _("Choose one to decline")), *choices_of("matching.answer", "decline")]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        verb = given.get("verb")
        if verb == "decline" and not given.get("ground") and "ground" not in self.errors:
            self.add_error("ground", _("Choose a reason from the list."))
        if verb and verb != "shortlist" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why: the vendors read your words."))
        if verb and verb != "decline":
            given["ground"] = ""
        return given
