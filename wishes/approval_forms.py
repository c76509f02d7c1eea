"""How an organisation says who approves for it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegation, Membership, Organisation, User
from innoportal.lib.inputs import DatePicker
from wishes.endorsing import MOST, StepPlan
from wishes.models import EndorsementStep


class StepForm(forms.Form):
    """One step; a row without a name is no step."""

    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    name_zh = forms.CharField(label=_("Name in Traditional Chinese"), max_length=120, required=False)
    kind = forms.ChoiceField(
        label=_("Who endorses"),
        choices=EndorsementStep.Kind.choices,
        initial=EndorsementStep.Kind.APPROVER,
        widget=forms.RadioSelect,
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Its people, for a committee"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    needed = forms.IntegerField(
        label=_("How many must agree"),
        min_value=1,
        max_value=20,
        initial=1,
        widget=forms.NumberInput(attrs={"data-width": "2"}),
    )

    def __init__(self, *args: Any, members: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = members  # type: ignore[attr-defined]
        self.fields["name_zh"].widget.attrs["lang"] = "zh-Hant"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_committee = cleaned.get("kind") == EndorsementStep.Kind.COMMITTEE
        has_name = cleaned.get("name_en") or cleaned.get("name_zh")
        if is_committee and not cleaned.get("people") and "people" not in self.errors:
            self.add_error("people", _("Say who sits on this committee."))
        if cleaned.get("people") and not is_committee:
            self.add_error("kind", _("People are named for a committee alone. Choose it, or name nobody."))
        if is_committee and not has_name:
            self.add_error("name_en", _("Give the committee a name."))
        return cleaned

    def plan(self) -> StepPlan | None:
        given = self.cleaned_data
        if not given.get("name_en") and not given.get("name_zh"):
            return None
        people = tuple(given["people"])
        return StepPlan(given["kind"], given["name_en"], given["name_zh"], given["needed"], people)


StepFormSet = forms.formset_factory(StepForm, extra=0, max_num=MOST, validate_max=True)


class DelegateForm(forms.Form):
    """Who acts for whom, from when to when."""

    kind = forms.ChoiceField(
        label=_("How"),
        choices=[
            (Delegation.Kind.DELEGATED, _("I delegate what I may approve, and may approve myself, too")),
            (Delegation.Kind.ACTING, _("Somebody acts for an approver who is away")),
        ],
        widget=forms.RadioSelect,
    )
    giver = forms.ModelChoiceField(User.objects.none(), label=_("In place of"), empty_label=None)
    deputy = forms.ModelChoiceField(User.objects.none(), label=_("Who acts"))
    first_on = forms.DateField(label=_("First day"), widget=DatePicker)
    last_on = forms.DateField(label=_("Last day"), widget=DatePicker)

    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, memberships__organisation=organisation).order_by(
            "name", "pk"
        )
        approver = Membership.Role.APPROVER
        self.fields["giver"].queryset = people.filter(  # type: ignore[attr-defined]
            memberships__organisation=organisation, memberships__role=approver
        ).distinct()
        self.fields["deputy"].queryset = people.filter(  # type: ignore[attr-defined]
            pk__in=organisation.memberships.exclude(role=approver).values("user")
        )
        self.initial = {
            "giver": user.pk,
            "first_on": timezone.localdate(),
            "kind": Delegation.Kind.DELEGATED,
            **(self.initial or {}),
        }
