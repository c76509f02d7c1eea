from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import get_language

from innoportal.languages import phrase
from topics.models import Topic


class ByKind(ModelChoiceIterator):
    """The three vocabularies as groups, read as columns; one query for however often a page asks."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        language = get_language()
        for kind, rows in groupby(self.rows(), key=itemgetter(0)):
            pairs = [(key, phrase(english, chinese, language)) for _kind, key, english, chinese in rows]
            yield Topic.Kind(kind).label, pairs

    def rows(self) -> list[tuple[str, Any, str, str]]:
        """Kept with the query set, which each form has for itself."""
        if not hasattr(self.queryset, "columns_read"):
            columns = ("kind", self.field.to_field_name or "pk", "name_en", "name_zh")
            self.queryset.columns_read = list(self.queryset.values_list(*columns))
        return self.queryset.columns_read


class TopicsField(forms.ModelMultipleChoiceField):
    """Any number of topics, ticked, grouped by vocabulary."""

    iterator = ByKind
    widget = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("queryset", Topic.objects.in_order())
        super().__init__(**kwargs)
