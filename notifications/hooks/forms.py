from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from innoportal.lib.inputs import DateTimePicker
from notifications.hooks.events import EVENTS
from notifications.hooks.guard import Refused, place_of
from notifications.models import Webhook


class WebhookForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(event.code, event.label) for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Webhook
        fields = ("url", "note", "events")
        widgets = {"url": forms.URLInput}
        help_texts = {"url": _("It begins with https:// and answers within 15 seconds.")}

    def clean_url(self) -> str:
        try:
            place_of(url := self.cleaned_data["url"].strip())
        except Refused as error:
            raise ValidationError(str(error), code="refused") from error
        return url


class ReplayForm(forms.Form):
    since = forms.DateTimeField(label=_("Written from"), widget=DateTimePicker)
    until = forms.DateTimeField(label=_("Written until"), widget=DateTimePicker)
    failed_only = forms.BooleanField(label=_("Only what was not delivered"), required=False, initial=True)

    def clean(self) -> None:
        super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since >= until:
            self.add_error("until", _("The end lies after the beginning."))
