"""Fields of forms that several rooms have.

The values of dates must not follow the reader's language: browsers want ISO dates whatever they show.
"""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField


class DatePicker(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimePicker(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class ListField(SimpleArrayField):
    """Words with commas between them; empty places do not count."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = self.delimiter.join(part for part in value.split(self.delimiter) if part.strip())
        return super().to_python(value)
