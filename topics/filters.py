"""How a list is narrowed by a topic, the same on every page and in the API."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from innoportal.choosing import LongSelect
from topics.forms import ByKind
from topics.models import Topic


def carrying(model: Any, topic: Topic) -> QuerySet:
    """Ids of a model's rows that carry a topic or one of its narrower terms."""
    terms = Topic.objects.filter(Q(pk=topic.pk) | Q(parent=topic)).values("pk")  # few: read from the index
    through = model.topics.through.objects.filter(topic__in=terms)
    return through.values(f"{model._meta.model_name}_id")


class _TopicField(django_filters.fields.ModelChoiceField):
    iterator = ByKind


@extend_schema_field(OpenApiTypes.STR)
class TopicFilter(django_filters.ModelChoiceFilter):
    """A broader term finds what carries one of its narrower terms, too."""

    field_class = _TopicField

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": _("Topic"), "empty_label": _("Any"), "widget": LongSelect, **kwargs}
        super().__init__(queryset=Topic.objects.in_order(), to_field_name="slug", null_label=None, **kwargs)

    def filter(self, qs: Any, value: Topic | None) -> Any:
        if value is None:
            return qs
        return qs.filter(pk__in=carrying(qs.model, value))
