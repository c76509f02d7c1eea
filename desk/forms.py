from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from accounts.roles import organisations_of
from desk.models import SavedView

PRIVATE, OFFICE = "", "office"
NOT_KEPT = (
    "page",
    "view",
    "csrfmiddlewaretoken",
)  # of an address: where one was in the list, not what it shows


def kept(query: str) -> str:
    """What of an address belongs to a view."""
    given = QueryDict(query, mutable=True)
    for name in NOT_KEPT:
        given.pop(name, None)
    return given.urlencode()


class SavedViewForm(forms.ModelForm):
    """The name, who else sees it, and whether the list opens with it."""

    class Meta:
        model = SavedView
        fields = ["name", "is_default"]
        labels = {
            "name": gettext_lazy("Name of the view"),
            "is_default": gettext_lazy("Open the list with it"),
        }

    circle = forms.ChoiceField(label=gettext_lazy("Who sees it"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choices = [(PRIVATE, _("Only you")), *((str(one.pk), one.name) for one in organisations_of(user))]
        if user.has_role(Role.OFFICE):
            choices.append((OFFICE, _("The portal office")))
        field: Any = self.fields["circle"]
        field.choices = choices
        view = self.instance
        field.initial = OFFICE if view.is_for_office else str(view.organisation_id or PRIVATE)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        same = SavedView.objects.filter(owner=self.user, list=self.instance.list, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("You have a view of this name. Choose another."))
        return name

    def save(self, commit: bool = True) -> SavedView:
        view, circle = self.instance, self.cleaned_data["circle"]
        view.owner = self.user
        view.is_for_office = circle == OFFICE
        view.organisation_id = int(circle) if circle.isdecimal() else None
        return super().save(commit)
