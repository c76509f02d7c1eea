"""What a call is written with, and what its verbs ask for."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import organisations_of
from innoportal.lib.inputs import DatePicker
from topics.forms import TopicsField
from wishes.calls import check_extension
from wishes.models import Call, Wish

TEXTS = ("title_en", "title_zh", "text_en", "text_zh", "criteria_en", "criteria_zh")


class CallForm(forms.ModelForm):
    """A themed call: the portal office writes it."""

    needs_text = False

    class Meta:
        model = Call
        fields = [*TEXTS, "opens_on", "closes_on", "topics"]
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 6}) for name in ("text_en", "text_zh")},
            **{name: forms.Textarea(attrs={"rows": 3}) for name in ("criteria_en", "criteria_zh")},
            "opens_on": DatePicker,
            "closes_on": DatePicker,
        }

    topics = TopicsField(label=_("topics"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.endswith("_zh"):
                field.widget.attrs["lang"] = "zh-Hant"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._either("title", _("Give it a title in English or Chinese."))
        if self.needs_text:
            self._either("text", _("Say what the need is, in English or Chinese."))
        opens, closes = given.get("opens_on", timezone.localdate()), given.get("closes_on")
        if closes and closes <= timezone.localdate():
            self.add_error("closes_on", _("The last day for proposals must be in the future."))
        elif opens and closes and closes < opens:
            self.add_error("closes_on", _("The last day cannot be before the first."))
        return given

    def _either(self, name: str, message: Any) -> None:
        if not any(self.cleaned_data.get(f"{name}_{language}") for language in ("en", "zh")):
            self.add_error(f"{name}_en", message)

    def values(self) -> dict[str, Any]:
        """As the services take them."""
        return dict(self.cleaned_data)


class RapidForm(CallForm):
    """An urgent need in one page; it opens on the day on which it is published."""

    needs_text = True

    class Meta(CallForm.Meta):
        fields = ["organisation", *TEXTS, "closes_on", "topics"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.requesters().order_by("name_en", "pk")
        if not user.has_perm("wishes.add_call"):
            field.queryset = field.queryset.filter(pk__in=[one.pk for one in organisations_of(user)])
            field.empty_label = None
        field.required = True
        self.fields["text_en"].label = _("the need today, in English")
        self.fields["text_zh"].label = _("the need today, in Traditional Chinese")

    def values(self) -> dict[str, Any]:
        today = timezone.localdate()
        return super().values() | {"kind": Call.Kind.RAPID, "opens_on": today}


class ExtendForm(forms.Form):
    closes_on = forms.DateField(
        label=_("Proposals until"),
        widget=DatePicker,
        help_text=_("A later day than now. Who follows the call is told."),
    )

    def __init__(self, *args: Any, call: Call | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call

    def clean_closes_on(self) -> date:
        day = self.cleaned_data["closes_on"]
        if self.call is not None:
            try:
                check_extension(self.call, day)
            except forms.ValidationError as error:
                raise forms.ValidationError(error.message_dict["closes_on"]) from error
        return day


class AssignForm(forms.Form):
    """Which themed call takes them: one that has not ended."""

    call = forms.ModelChoiceField(
        label=_("Call"),
        queryset=Call.objects.none(),
        help_text=_("Only themed calls that have not ended take wishes. Each department is told."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["call"]
        field.queryset = Call.objects.joinable().order_by("closes_on", "pk")


class GatherForm(forms.Form):
    """Which wish joins: any that the portal office can read and that is of no call yet."""

    wish = forms.CharField(
        label=_("Number of the wish"),
        max_length=16,
        help_text=_("Such as W-2026-0042, or the last part of the address of one without a number."),
        widget=forms.TextInput(attrs={"data-width": "10"}),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_wish(self) -> Wish:
        name = self.cleaned_data["wish"].strip()
        found = Wish.objects.visible_to(self.user).addressed(name.upper()).first()
        found = found or Wish.objects.visible_to(self.user).addressed(name).first()
        if found is None:
            raise forms.ValidationError(_("No wish that you can read has this number."))
        return found
