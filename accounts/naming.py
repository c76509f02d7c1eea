"""One organisation, by its name as somebody types it: of hundreds nobody looks through a list."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.filters import called
from accounts.models import Organisation

SHOWN = 8  # of those that a part of a name may mean


class NamedOrganisationField(forms.CharField):
    """The whole name, in either language and script, a part that only one of them has, or the slug.

    :raises ValidationError: none is called so, or several are.
    """

    def __init__(self, *, queryset: Callable[[], QuerySet[Organisation]], **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.queryset = queryset

    def clean(self, value: Any) -> Organisation | None:  # type: ignore[override]
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        found = list(self.queryset().filter(pk__in=called(self.queryset(), text)).order_by("pk"))
        if not found:
            raise ValidationError(_("No organisation here is called that. Type a shorter part of its name."))
        exact = [one for one in found if text.casefold() in _names(one)]
        if len(found) > 1 and len(exact) != 1:
            names = " · ".join(str(one.name) for one in found[:SHOWN])
            raise ValidationError(
                _("Several are called so. Type the whole name of one: %(names)s") % {"names": names}
            )
        return (exact or found)[0]


def _names(one: Organisation) -> set[str]:
    return {one.slug, one.name_en.casefold(), one.name_zh}
