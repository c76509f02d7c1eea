"""Anyone checks a report here: by its number, or by the file they were given."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import DetailView

from innoportal.lib.views import SluggedMixin
from trials import keys
from trials.forms import VerifyFileForm
from trials.models import Report
from trials.proof.verify import Verdict, verify, verify_file
from trials.showing import report_shown

SENTENCES = {
    "genuine": _("This report is genuine: nothing was changed since it was signed."),
    "pages_unconfirmed": _("The signed data is genuine; the pages of the PDF could not be confirmed."),
    "changed": _("Not genuine: this file was changed after it was signed."),
    "untrusted_key": _("Not confirmed: no key of this portal vouches for this file."),
    "broken_chain": _("The report is genuine, but does not follow the report before it."),
    "unreadable": _("This file cannot be checked."),
}
FINDINGS = {
    "changed": _("%(path)s was changed"),
    "added": _("%(path)s was added"),
    "removed": _("%(path)s was removed"),
}


def shown(found: Verdict) -> dict[str, Any]:
    """A verdict in the reader's language; what only the check itself can say stays as it says it."""
    return {
        "status": found.status,
        "is_good": found.genuine,
        "sentence": SENTENCES[found.status],
        "findings": [
            FINDINGS[one.code] % {"path": one.path}
            if one.path and one.message == f"{one.path} was {one.code}" and one.code in FINDINGS
            else one.message
            for one in found.findings
        ],
        "hash": found.hash,
        "key_id": found.key_id,
    }


class VerifyFile(View):
    """The file is checked in memory and not kept."""

    template_name = "trials/verify.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template_name, {"form": VerifyFileForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = VerifyFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return render(request, self.template_name, {"form": form}, status=422)
        found = verify_file(form.cleaned_data["file"].read(), keys.public_keys())
        report = Report.objects.public().filter(payload_hash=found.hash).first() if found.hash else None
        context = {"form": VerifyFileForm(), "found": shown(found), "report": report}
        return render(request, self.template_name, context)


class VerifyReport(SluggedMixin, DetailView):
    """The stored report checked now, with its place in the chain, and how to do the same offline."""

    model = Report
    template_name = "trials/verify_report.html"

    def get_queryset(self):
        return super().get_queryset().public()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object
        signed = Report.objects.public().defer("envelope")
        before = signed.filter(payload_hash=report.previous_hash).first() if report.previous_hash else None
        found = verify(report.envelope, keys.public_keys(), report.previous_hash)
        return super().get_context_data(
            **kwargs,
            found=shown(found),
            said=report_shown(report.envelope) if found.genuine else None,
            before=before,
            chain_is_whole=bool(before) == bool(report.previous_hash) and found.hash == report.payload_hash,
            after=signed.filter(previous_hash=report.payload_hash).first(),
        )
