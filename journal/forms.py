from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.models import Ground


def choices_of(noun: str, verb: str) -> list[tuple[str, str]]:
    return [(one.code, one.words) for one in Ground.objects.to_choose(noun, verb)]


class GroundField(forms.ChoiceField):
    """A ground on which this verb may refuse; the list is read when the field is drawn or checked."""

    def __init__(self, noun: str, verb: str, **kwargs: Any) -> None:
        given = {
            "label": _("Why, from the list"),
            "widget": forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
            "choices": partial(choices_of, noun, verb),
            "error_messages": {"required": _("Choose a reason from the list.")},
        }
        super().__init__(**given | kwargs)
