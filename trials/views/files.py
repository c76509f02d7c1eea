"""Permits, minutes, photographs: files of a trial, from either side and from whoever runs it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents.forms import DocumentForm
from documents.views import Attach
from trials.models import Trial


class TrialFileForm(DocumentForm):
    """Who reads a confidential file of a trial is not who reads one of a wish."""

    confidential = forms.BooleanField(
        label=_(
            "Confidential: only your organisation, the trial engineer, the portal office and the experts"
        ),
        required=False,
        initial=True,
        help_text=_("Any other file is public as soon as the trial is."),
    )


class AttachToTrial(Attach):
    model = Trial
    permission_required = "trials.attach_trial"
    form_class = TrialFileForm

    def owner_of(self, thing: Any) -> Organisation:
        """The vendor's own files are the vendor's; all others belong to whose premises it runs on."""
        match, user = thing.match, self.request.user
        is_vendors = user.is_authenticated and user.is_member_of(match.solution.organisation_id)
        owner: Organisation = (match.solution if is_vendors else match.wish).organisation
        return owner
