"""What each verb of a wish asks for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import organisations_of
from innoportal.lib.inputs import DatePicker
from journal.forms import GroundField
from wishes.lasting import check_renewal
from wishes.merging import JOINED
from wishes.models import Question, ScreeningQuestion, Sponsor, Wish
from wishes.steps import STEPS


class EndorseForm(forms.Form):
    reason = forms.CharField(
        label=_("A word on it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only your organisation, the portal office and the auditor read it."),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class HandInForm(forms.Form):
    """An answer to each question that the portal office has asked."""

    def __init__(self, *args: Any, questions: Iterable[ScreeningQuestion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {step.slug: step.label for step in STEPS}
        for question in questions:
            self.fields[f"question_{question.pk}"] = forms.CharField(
                label=question.text,
                max_length=6000,
                help_text=labels.get(question.about, ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def answers(self) -> dict[int, str]:
        return {int(name.removeprefix("question_")): text for name, text in self.cleaned_data.items()}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other side reads it."),
    )


class SendBackForm(ReasonForm):
    field_order = ["ground", "reason"]
    ground = GroundField("wishes.wish", "send_back")


class ReturnForm(ReasonForm):
    """A reason, and a question about each part of the wish that needs one."""

    field_order = ["ground", "reason"]
    ground = GroundField("wishes.wish", "return")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in STEPS:
            self.fields[f"about_{step.slug}"] = forms.CharField(
                label=step.label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.fields["reason"].help_text = _(
            "The department reads it. Below it, ask about each part that is not clear; the question stands "
            "beside that part."
        )

    def questions(self) -> dict[str, str]:
        return {step.slug: self.cleaned_data[f"about_{step.slug}"] for step in STEPS}


class WithdrawForm(ReasonForm):
    field_order = ["ground", "reason"]
    ground = GroundField("wishes.wish", "withdraw")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The other side reads it. If the wish has been published, everyone can read it."
        )


class MergeForm(ReasonForm):
    field_order = ["into", "join", "reason"]
    into = forms.CharField(
        label=_("Number of the wish that stands for both"),
        max_length=16,
        help_text=_("Such as W-2026-0042."),
        widget=forms.TextInput(attrs={"data-width": "10"}),
    )

    join = forms.MultipleChoiceField(
        label=_("What goes along"),
        choices=list(JOINED.items()),
        initial=list(JOINED),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        help_text=_("Who followed this wish follows the other one in any case."),
    )

    def clean_into(self) -> Wish:
        into = Wish.objects.open().filter(reference=self.cleaned_data["into"].upper()).first()
        if into is None:
            raise forms.ValidationError(_("No open wish has this number."))
        return into


class RenewForm(forms.Form):
    closes_on = forms.DateField(
        label=_("Proposals until"),
        widget=DatePicker,
        help_text=_("A later day than now. Who follows the wish is told."),
    )

    def __init__(self, *args: Any, wish: Wish | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wish = wish

    def clean_closes_on(self) -> date:
        day = self.cleaned_data["closes_on"]
        if self.wish is not None:
            try:
                check_renewal(self.wish, day)
            except forms.ValidationError as error:
                raise forms.ValidationError(error.message_dict["closes_on"]) from error
        return day


class QuestionForm(forms.ModelForm):
    """In the name of which organisation, and whether that is shown: not, unless they say so."""

    class Meta:
        model = Question
        fields = ["text"]
        labels = {"text": _("Your question")}
        help_texts = {"text": _("The question and its answer are public. Your own name is never shown.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("You ask for"), required=False, empty_label=None
    )
    show_name = forms.BooleanField(label=_("Show the name of my organisation"), required=False)

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = organisations_of(user) if user is not None and user.is_authenticated else []
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in mine])
        if not mine:
            del self.fields["organisation"], self.fields["show_name"]
        elif len(mine) == 1:
            field.widget, self.initial["organisation"] = forms.HiddenInput(), mine[0].pk
            self.only = mine[0]

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        given = self.cleaned_data
        organisation = given.get("organisation") or getattr(self, "only", None)
        return {
            "text": given["text"],
            "organisation": organisation,
            "is_name_hidden": not given.get("show_name"),
        }


class AnswerForm(forms.Form):
    question: int  # which one, so that what was typed stands with it again
    text = forms.CharField(label=_("Answer"), max_length=6000, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectForm(AnswerForm):
    seen = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"]
    )


def spoken_for(user: User) -> list[int]:
    """The organisations for which this person may decide today."""
    return [pk for pk in user.membership_roles if user.is_approver_of(pk)]


class SponsorForm(forms.ModelForm):
    """Which of the organisations that this person speaks for needs the same, and under which conditions."""

    class Meta:
        model = Sponsor
        fields = ["organisation", "site_en", "site_zh", "constraints_en", "constraints_zh"]
        labels = {
            "site_en": _("Your site, in English"),
            "site_zh": _("Your site, in Traditional Chinese"),
            "constraints_en": _("What holds there besides, in English"),
            "constraints_zh": _("What holds there besides, in Traditional Chinese"),
        }
        widgets = dict.fromkeys(("constraints_en", "constraints_zh"), forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: User, wish: Wish, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.label, field.empty_label = _("Organisation"), None
        field.queryset = (
            Organisation.objects.requesters().filter(pk__in=spoken_for(user)).exclude(pk=wish.organisation_id)
        )
        for name, one in self.fields.items():
            if name.endswith("_zh"):
                one.widget.attrs["lang"] = "zh-Hant"


class LeaveForm(ReasonForm):
    """Which of the organisations that this person speaks for no longer needs the same."""

    field_order = ["organisation", "reason"]
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )

    def __init__(self, *args: Any, user: User, wish: Wish, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Organisation.objects.filter(pk__in=spoken_for(user), sponsored__wish=wish)
        field: Any = self.fields["organisation"]
        field.queryset = there
