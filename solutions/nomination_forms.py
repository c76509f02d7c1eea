from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.filters import called
from accounts.forms import OwnOrganisationForm
from accounts.models import Organisation, User
from solutions.forms import NEEDED, level_choices
from solutions.models import Nomination

SHOWN = 5
TEXTS = ("title_en", "title_zh", "summary_en", "summary_zh")
LABELS = {
    "vendor_name": _("Who offers it"),
    "contact_name": _("A person there"),
    "contact_email": _("E-mail address of that person"),
    "words": _("What you say to the vendor"),
}


class _Texts(OwnOrganisationForm, forms.ModelForm):
    """The few things that an expression of interest says."""

    trl = forms.TypedChoiceField(
        label=_("technology readiness level (TRL)"),
        choices=level_choices,
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            self.fields[name].widget.attrs["lang"] = "en" if name.endswith("_en") else "zh-Hant"
            self.fields[name].is_either = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name, message in NEEDED.items():
            both = [f"{name}_en", f"{name}_zh"]
            if not any(said.get(one) or one in self.errors for one in both):
                self.add_error(both[0], message)
        return said

    def _post_clean(self) -> None:
        """The service checks the row as a whole: here nothing is made yet."""


class NominateForm(_Texts):
    class Meta:
        model = Nomination
        fields = ("vendor_name", "contact_name", "contact_email", *TEXTS, "words")
        labels = LABELS
        help_texts = {
            "vendor_name": _("The whole name. If it is on the portal, its people there are asked."),
            "contact_email": _(
                "Only if it is not on the portal. One mail goes there, and one more after a week; "
                "the address is forgotten when it is answered."
            ),
            "words": _("Why you nominate it. Only the vendor reads this."),
        }
        widgets = {
            "summary_en": forms.Textarea(attrs={"rows": 5}),
            "summary_zh": forms.Textarea(attrs={"rows": 5}),
            "words": forms.Textarea(attrs={"rows": 3}),
        }

    field_order = ["organisation", *LABELS, *TEXTS, "trl", "words"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].label = _("You nominate for")
        self.order_fields(
            ["organisation", "vendor_name", "contact_name", "contact_email", *TEXTS, "trl", "words"]
        )

    def writers(self) -> QuerySet[Organisation]:
        return Organisation.objects.standing()

    def clean(self) -> dict[str, Any]:
        """A vendor that is here by that name; else a contact is needed."""
        said = super().clean()
        name = " ".join(said.get("vendor_name", "").split())
        said["vendor"] = here = _here(name)
        if here is None and name and not said.get("contact_email") and "contact_email" not in self.errors:
            self.add_error("vendor_name", _not_here(name))
        return said


def _here(name: str) -> Organisation | None:
    vendors = Organisation.objects.vendors()
    rows = vendors.filter(pk__in=called(vendors, name)) if name else vendors.none()
    exact = [one for one in rows if name.casefold() in (one.slug, one.name_en.casefold(), one.name_zh)]
    return exact[0] if len(exact) == 1 else None


def _not_here(name: str) -> str:
    vendors = Organisation.objects.vendors()
    near = vendors.filter(pk__in=called(vendors, name)).order_by("pk")[:SHOWN]
    if near:
        names = " · ".join(str(one.name) for one in near)
        return gettext("Type the whole name of one (%(names)s), or give an address below.") % {"names": names}
    return gettext("No vendor here has this name: give an address below to which the portal can write.")


class ConfirmForm(_Texts):
    """What was written, in the vendor's own words now."""

    class Meta:
        model = Nomination
        fields = TEXTS
        widgets = {
            "summary_en": forms.Textarea(attrs={"rows": 6}),
            "summary_zh": forms.Textarea(attrs={"rows": 6}),
        }

    field_order = ["organisation", *TEXTS, "trl"]

    def __init__(self, *args: Any, nomination: Nomination, user: User, **kwargs: Any) -> None:
        self.nomination = nomination
        given = {name: getattr(nomination, name) for name in (*TEXTS, "trl")}
        super().__init__(*args, initial=given, user=user, **kwargs)

    def writers(self) -> QuerySet[Organisation]:
        rows = Organisation.objects.vendors().exclude(pk=self.nomination.nominator_id)
        return rows.filter(pk=self.nomination.vendor_id) if self.nomination.vendor_id else rows

    @property
    def has_organisation(self) -> bool:
        field: Any = self.fields["organisation"]
        return bool(field.queryset.exists())


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why not"),
        help_text=_("Who nominated it reads this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
