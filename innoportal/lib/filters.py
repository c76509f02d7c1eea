"""What lists are narrowed by."""

from functools import cache

import django_filters
from django import forms


class ListFilter(django_filters.FilterSet):
    """Its form's class is made once: to make it anew for each request took longer than to read the rows.

    So a `queryset` that offers choices must not depend on who asks.
    """

    def get_form_class(self) -> type[forms.Form]:
        return _form_class(type(self))


@cache
def _form_class(filterset: type[ListFilter]) -> type[forms.Form]:
    return django_filters.FilterSet.get_form_class(filterset())
