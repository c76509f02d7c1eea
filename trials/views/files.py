"""Permits, minutes, photographs: files of a trial, from either side and from whoever runs it."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents.forms import DocumentForm
from documents.models import Document
from documents.views import Attach
from trials.models import Paper, Trial
from trials.timeline import CHECKLIST


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


class AttachPaper(AttachToTrial):
    """A paper of one item of the checklist: a permit, an insurance, an assessment."""

    def get_initial(self) -> dict[str, Any]:
        if self.kwargs["item"] not in CHECKLIST:
            raise Http404
        return {**super().get_initial(), "title": CHECKLIST[self.kwargs["item"]]}

    @transaction.atomic
    def form_valid(self, form: DocumentForm) -> HttpResponse:
        response = super().form_valid(form)
        if form.errors:
            return response
        trial = self.object
        document = Document.objects.about(trial).latest("pk")
        Paper.objects.create(trial=trial, item=self.kwargs["item"], document=document)
        response["Location"] = reverse("trials:checklist", args=[trial.slug])
        return response
