from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.naming import NamedOrganisationField

READ, EDIT, OUT = "read", "edit", "out"
RIGHTS = [
    (READ, _("Read all of it, also the confidential part")),
    (EDIT, _("Read all of it, and change the text with you")),
]


def _vendors() -> QuerySet[Organisation]:
    return Organisation.objects.vendors()


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=help_text,
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InviteForm(forms.Form):
    organisation = NamedOrganisationField(
        queryset=_vendors,
        label=_("Organisation"),
        help_text=_(
            "A university, an R&D centre or a company that is on the portal: its name, or a part of it."
        ),
    )
    rights = forms.ChoiceField(
        label=_("What its members may do"), choices=RIGHTS, initial=READ, widget=forms.RadioSelect
    )


class _NeedsReason(forms.Form):
    """Some of the answers carry a reason, which the other side reads."""

    asked: str
    reasoned: tuple[str, ...]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get(self.asked) in self.reasoned and not said.get("reason", "").strip():
            self.add_error("reason", _("Say why: the other side reads your reason."))
        return said


class AnswerInvitationForm(_NeedsReason):
    asked, reasoned = "answer", ("decline",)
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("accept", _("Accept: we are named as a co-author")), ("decline", _("Decline"))],
        widget=forms.RadioSelect,
    )
    reason = _reason(_("Needed when you decline; the vendor reads it."))


class LeaveForm(_NeedsReason):
    asked, reasoned = "answer", ("leave",)
    answer = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = _reason(_("The vendor reads it."))

    def clean_answer(self) -> str:
        return "leave"


class ChangeForm(_NeedsReason):
    asked, reasoned = "rights", (OUT,)
    rights = forms.ChoiceField(
        label=_("What its members may do"),
        choices=[*RIGHTS, (OUT, _("Nothing any more: take it out"))],
        widget=forms.RadioSelect,
    )
    reason = _reason(_("Needed when you take it out; the organisation reads it."))
