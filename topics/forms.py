from itertools import groupby

from django import forms
from django.forms.models import ModelChoiceIterator

from topics.models import Topic


class ByKind(ModelChoiceIterator):
    """The three vocabularies as groups; one query for however often a page asks."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for kind, rows in groupby(self.queryset, key=lambda topic: topic.kind):
            yield Topic.Kind(kind).label, [self.choice(topic) for topic in rows]


class TopicsField(forms.ModelMultipleChoiceField):
    """Any number of topics, ticked, grouped by vocabulary."""

    iterator = ByKind
    widget = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("queryset", Topic.objects.in_order())
        super().__init__(**kwargs)
