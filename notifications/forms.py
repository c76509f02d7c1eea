from zoneinfo import available_timezones

from django import forms

from innoportal.choosing import LongSelect
from notifications.models import Preference

ZONES = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


class PreferenceForm(forms.ModelForm):
    class Meta:
        model = Preference
        fields = (
            "follows",
            "parties",
            "announcements",
            "hour",
            "weekday",
            "quiet_from",
            "quiet_until",
            "timezone",
            "counts_opened",
        )
        widgets = {
            "follows": forms.RadioSelect,
            "parties": forms.RadioSelect,
            "announcements": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "timezone": LongSelect(
                choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())]
            ),
        }
