from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.filters import OrganisationFilter
from accounts.models import Organisation
from innoportal.lib.filters import ListFilter
from topics.filters import TopicFilter
from wishes.models import Call, Wish, WishQuerySet

S = Wish.Status
GROUPS = {
    "open": (S.OPEN,),
    "under_way": (S.MATCHED, S.ON_TRIAL),
    "resolved": (S.RESOLVED,),
    "expired": (S.EXPIRED,),
}


class WishFilter(ListFilter):
    """What a list of wishes can be narrowed by, on the page and in the API."""

    topic = TopicFilter()
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[
            ("open", _("Open for proposals")),
            ("under_way", _("Matched or on trial")),
            ("resolved", _("Resolved")),
            ("expired", _("Expired")),
        ],
        method="in_groups",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    organisation = OrganisationFilter(
        label=_("Department"),
        queryset=lambda request: Organisation.objects.filter(
            pk__in=Wish.objects.public().values("organisation_id")
        ).order_by("name_en", "pk"),
    )
    budget = django_filters.MultipleChoiceFilter(
        label=_("Budget"),
        choices=Wish.Budget,
        distinct=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    closing = django_filters.ChoiceFilter(
        label=_("Closing"),
        choices=[("14", _("within 14 days")), ("30", _("within 30 days")), ("90", _("within 90 days"))],
        empty_label=_("Any"),
        method="closing_within",
    )
    language = django_filters.ChoiceFilter(
        label=_("Written in"),
        choices=[("en", _("English")), ("zh", _("Chinese"))],
        empty_label=_("Any"),
        method="written_in",
    )

    class Meta:
        model = Wish
        fields: list[str] = []

    def in_groups(self, queryset: WishQuerySet, name: str, value: list[str]) -> WishQuerySet:
        if not value:
            return queryset
        return queryset.filter(status__in=[status for group in value for status in GROUPS[group]])

    def closing_within(self, queryset: WishQuerySet, name: str, value: str) -> Any:
        today = timezone.localdate()
        return queryset.filter(status=S.OPEN, closes_on__range=(today, today + timedelta(days=int(value))))

    def written_in(self, queryset: WishQuerySet, name: str, value: str) -> Any:
        return queryset.exclude(**{f"title_{value}": ""})


class CallFilter(ListFilter):
    """What a list of calls can be narrowed by, on the page and in the API."""

    topic = TopicFilter()
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Call.Kind, empty_label=_("Any"))
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[(one, one.label) for one in Call.PUBLIC],
        distinct=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    class Meta:
        model = Call
        fields: list[str] = []
