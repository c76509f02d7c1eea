"""How a list is narrowed by an organisation."""

import unicodedata
from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from innoportal.choosing import LongSelect, Named
from innoportal.languages import simplified


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


class _TypedField(forms.CharField):
    """
    :raises ValidationError: none of the organisations is called that.
    """

    def __init__(self, *, queryset: Callable[[], QuerySet], **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.queryset = queryset

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        found = called(self.queryset(), text) if text else []
        if text and not found:
            raise ValidationError(_("No organisation here is called that. Type a shorter part of its name."))
        return found


class TypedOrganisationFilter(django_filters.Filter):
    """By part of a name, or by the slug: where hundreds take part, no one looks through a list of them.

    `method` gets the keys of all that are called so.
    """

    field_class = _TypedField

    def __init__(self, **kwargs: Any) -> None:
        told = {"label": _("Organisation"), "help_text": _("Part of its name, in English or Chinese.")}
        super().__init__(**told | kwargs)


def called(organisations: QuerySet, text: str) -> list[int]:
    """Keys of those with this slug, or whose name in either language has this text, in whatever script."""
    wanted = folded(text)
    return [
        pk
        for pk, slug, *names in organisations.values_list("pk", "slug", "name_en", "name_zh")
        if slug == text or any(wanted in folded(name) for name in names)
    ]


def folded(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text).casefold())
