"""Long lists to choose one row from: hundreds of options on a page that otherwise shows 25 rows."""

from collections.abc import Collection, Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from innoportal.languages import phrase


class LongSelect(forms.Select):
    """Its template gets the options drawn: an object for each took longer than the list's rows."""

    template_name = "govuk/widgets/long_select.html"

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        parts: list[str] = []
        for is_group, rows in groupby(self.choices, key=lambda one: isinstance(one[1], (list, tuple))):
            if is_group:
                parts += [_group(label, pairs, value) for label, pairs in rows]
            else:
                parts.append(options(rows, value))
        return mark_safe("".join(parts))  # noqa: S308  each part is escaped


def _group(label: Any, pairs: Iterable[tuple[Any, Any]], chosen: Collection[str]) -> str:
    return f'<optgroup label="{escape(str(label))}">{options(pairs, chosen)}</optgroup>'


def options(pairs: Iterable[tuple[Any, Any]], chosen: Collection[str]) -> SafeString:
    """`<option>`s of pairs of value and label."""
    rows = [(str(value), str(label)) for value, label in pairs]
    values, labels = (_escaped([row[column] for row in rows]) for column in (0, 1))
    drawn = [
        f'<option value="{value}"{" selected" if plain in chosen else ""}>{label}</option>'
        for (plain, _label), value, label in zip(rows, values, labels, strict=False)
    ]
    return mark_safe("".join(drawn))  # noqa: S308  each part is escaped


def _escaped(texts: list[str]) -> list[str]:
    """All in one go, parted by the character that no text of the database can have; nothing as one text."""
    return escape("\0".join(texts)).split("\0")


class Named(ModelChoiceIterator):
    """Rows with `name_en` and `name_zh`, read as columns: no object is made for an option."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        language = get_language()
        columns = (self.field.to_field_name or "pk", "name_en", "name_zh")
        for key, english, chinese in self.queryset.values_list(*columns):
            yield key, phrase(english, chinese, language)
