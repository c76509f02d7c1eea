"""The form by which a wording of a signed report is put right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trials.editing import TITLES

COPIED = _("Copied letter by letter from the report.")


def _words(label: Any, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=3000, widget=area, **more)


class CorrectWordingForm(forms.Form):
    """A figure is not put right here: the service refuses it, because a new version must be verified."""

    section = forms.ChoiceField(label=_("Section"), choices=list(TITLES.items()))
    was_en = _words(_("The words that are wrong, in English"), help_text=COPIED)
    now_en = _words(_("To be read as, in English"))
    was_zh = _words(_("The words that are wrong, in Traditional Chinese"), help_text=COPIED)
    now_zh = _words(_("To be read as, in Traditional Chinese"))
    text_en = _words(_("What was wrong, in English"))
    text_zh = _words(_("What was wrong, in Traditional Chinese"))
