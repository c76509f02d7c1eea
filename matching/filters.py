import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from matching.models import Duplicate, Match
from topics.models import Topic


class MatchFilter(django_filters.FilterSet):
    """The experts' list and the API narrow by the same."""

    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=Match.Status.choices,
        distinct=False,  # of columns of its own: to compare whole rows costs more than all the rest
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    feasibility = django_filters.MultipleChoiceFilter(
        label=_("Feasibility"),
        choices=Match.Feasibility.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    topic = django_filters.ModelChoiceFilter(
        label=_("Topic"),
        queryset=Topic.objects.in_order(),
        to_field_name="slug",
        method="of_topic",
        empty_label=_("Any topic"),
    )
    number = django_filters.CharFilter(
        label=_("Number of a wish or a solution"), method="of_number", max_length=16
    )

    class Meta:
        model = Match
        fields = ()

    def of_topic(self, rows: QuerySet, name: str, value: Topic) -> QuerySet:
        return rows.filter(Q(wish__topics=value) | Q(solution__topics=value)).distinct()

    def of_number(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip().upper()
        return rows.filter(Q(wish__reference=value) | Q(solution__reference=value))


class DuplicateFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=Duplicate.Status.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    side = django_filters.ChoiceFilter(
        label=_("Show"),
        choices=[("wish", _("Wishes")), ("solution", _("Solutions"))],
        empty_label=_("Everything"),
        method="of_side",
    )

    class Meta:
        model = Duplicate
        fields = ()

    def of_side(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(**{f"earlier_{value}__isnull": False})
