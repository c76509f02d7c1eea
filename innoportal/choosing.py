"""Long lists to choose one row from: hundreds of options on a page that otherwise shows 25 rows."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import get_language

from innoportal.languages import phrase


class LongSelect(forms.Select):
    """Its options carry only what our renderer reads: three things of the nine that Django prepares."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        groups = []
        for index, (key, label) in enumerate(self.choices):
            is_group = isinstance(label, (list, tuple))
            pairs = label if is_group else [(key, label)]
            rows = [{"value": code, "label": word, "selected": str(code) in value} for code, word in pairs]
            groups.append((key if is_group else None, rows, index))
        return groups


class Named(ModelChoiceIterator):
    """Rows with `name_en` and `name_zh`, read as columns: no object is made for an option."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        language = get_language()
        columns = (self.field.to_field_name or "pk", "name_en", "name_zh")
        for key, english, chinese in self.queryset.values_list(*columns):
            yield key, phrase(english, chinese, language)
