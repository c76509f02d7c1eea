import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class QueueFilter(django_filters.FilterSet):
    """What an office's list can be narrowed by; a room says which states `WAITING` for the office are."""

    WAITING: tuple[str, ...] = ()

    words = django_filters.CharFilter(
        label=_("Title, number or organisation"), method="with_words", max_length=100
    )

    def with_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        columns = ("title_en", "title_zh", "reference", "organisation__name_en", "organisation__name_zh")
        found = Q()
        for column in columns:
            found |= Q(**{f"{column}__icontains": value})
        return rows.filter(found)


def status_filter(choices: list) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
