"""What a reader says of a saved search."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from matching.models import Kind, SavedSearch
from matching.services import Wanted
from matching.services.saved import said
from topics.forms import TopicsField


class SavedSearchForm(forms.Form):
    words = forms.CharField(
        label=_("What you look for"),
        help_text=_(
            "In your own words, in English or Chinese. A sentence finds more than a single word, and finds "
            "texts in the other language, too. Without words you hear of all that is new of the kinds below."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    name = forms.CharField(
        label=_("Name of the search"),
        max_length=80,
        required=False,
        help_text=_("For your list and the notices. Without one, it is called by its words."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Only"),
        choices=Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        help_text=_("Nothing ticked: all of these."),
    )
    topics = TopicsField(
        label=_("Only with one of these topics"),
        required=False,
        to_field_name="slug",
        help_text=_("A broader topic includes the narrower ones. Nothing ticked: any topic."),
    )

    def clean(self) -> None:
        data = self.cleaned_data
        try:
            data["words"] = said(Wanted(data.get("words", ""), data.get("kinds", ())))
        except ValidationError as error:
            self.add_error("words", error.messages)

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["words"], data["kinds"], list(data["topics"]))


def as_typed(search: SavedSearch) -> dict[str, Any]:
    """A search as its form shows it."""
    topics = list(search.topics.values_list("slug", flat=True))
    return {"words": search.words, "name": search.name, "kinds": search.kinds, "topics": topics}
