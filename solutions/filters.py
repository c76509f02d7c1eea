import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.lib.filters import ListFilter
from solutions.models import Solution
from topics.filters import TopicFilter

SMALL = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})
LEVEL = forms.NumberInput(attrs={"data-width": "2", "min": 1, "max": 9})
VENDOR_KINDS = [(kind.value, kind.label) for kind in Organisation.VENDORS]


class SolutionFilter(ListFilter):
    topic = TopicFilter()
    trl_min = django_filters.NumberFilter(
        "trl", "gte", label=_("TRL from"), widget=LEVEL, min_value=1, max_value=9
    )
    trl_max = django_filters.NumberFilter(
        "trl", "lte", label=_("TRL to"), widget=LEVEL, min_value=1, max_value=9
    )
    price = django_filters.MultipleChoiceFilter(
        label=_("Price of a trial"), choices=Solution.Price, widget=SMALL, distinct=False
    )
    kind = django_filters.MultipleChoiceFilter(
        "organisation__kind", label=_("Vendor"), choices=VENDOR_KINDS, widget=SMALL, distinct=False
    )
    certificate = django_filters.CharFilter(
        "certificates", "icontains", label=_("Certificate"), max_length=60
    )

    class Meta:
        model = Solution
        fields: list[str] = []
