"""How a list is narrowed by an organisation."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from innoportal.choosing import LongSelect, Named


class _OrganisationField(django_filters.fields.ModelChoiceField):
    iterator = Named


class OrganisationFilter(django_filters.ModelChoiceFilter):
    """By the slug; `queryset` tells whose names the list offers."""

    field_class = _OrganisationField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"to_field_name": "slug", "empty_label": _("Any"), "null_label": None, "widget": LongSelect}
            | kwargs
        )
