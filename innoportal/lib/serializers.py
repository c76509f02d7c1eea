"""Serializers of what is only read."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

# What the column holds is what JSON says; a date or a decimal is not, and is left to its field.
AS_IT_IS = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.FloatField,
    serializers.IntegerField,
)
Reader = Callable[[Any, Any], Any]  # of the serializer and the row


# A comment: a docstring would be that of each schema. It says what its fields say, without asking each of
# them through five calls for each row of a list. The fields are made once for the class, so those of a nested
# serializer know of no request. A relation `x` is read from the list `x_rows` where Prefetch(to_attr=…) left
# one: a manager for each relation of each row costs more than the rows themselves.
class ReadingSerializer(serializers.ModelSerializer):
    @classmethod
    @cache
    def readers(cls) -> tuple[tuple[str, Reader], ...]:
        return tuple((name, _reader(field)) for name, field in cls().fields.items())

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(self, instance) for name, read in self.readers()}


def _reader(field: serializers.Field) -> Reader:
    source = field.source or ""
    if isinstance(field, serializers.SerializerMethodField):
        method = field.method_name
        return lambda serializer, row: getattr(serializer, method)(row)
    if isinstance(field, serializers.ManyRelatedField):
        return _many(source, field.child_relation.to_representation)
    if isinstance(field, serializers.ListSerializer) and field.child:
        return _many(source, field.child.to_representation)
    if _is_as_it_is(field):
        value = attrgetter(source)
        return lambda serializer, row: value(row)
    return _asking(field)


def _is_as_it_is(field: serializers.Field) -> bool:
    if isinstance(field, serializers.MultipleChoiceField) or "." in (field.source or ""):
        return False
    return isinstance(field, AS_IT_IS) or (
        isinstance(field, serializers.ListField) and isinstance(field.child, AS_IT_IS)
    )


def _many(source: str, say: Callable[[Any], Any]) -> Reader:
    listed = f"{source}_rows"

    def read(serializer: Any, row: Any) -> list[Any]:
        rows = getattr(row, listed, None)
        return [say(one) for one in (getattr(row, source).all() if rows is None else rows)]

    return read


def _asking(field: serializers.Field) -> Reader:
    def read(serializer: Any, row: Any) -> Any:
        value = field.get_attribute(row)
        return None if value is None else field.to_representation(value)

    return read
