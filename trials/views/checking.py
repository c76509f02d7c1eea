"""Anyone checks a report here: by its number, or by the file they were given."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe
from django.views.generic import DetailView

from accounts import throttling
from innoportal.lib.views import SluggedMixin
from trials import checked, corrected, keys, services
from trials.checking_forms import FindReportForm, VerifyFileForm
from trials.models import Report
from trials.proof.bundle import NAME, fingerprint, program
from trials.proof.register import standing
from trials.proof.verify import Verdict, verify, verify_file
from trials.showing import report_shown


def stands(found: Verdict, *, with_errata: bool = False) -> Verdict:
    """With what the register knows of it today; of its corrections only when asked."""
    if not found.hash:
        return found
    return standing(found, services.register(payload_hash=found.hash, with_errata=with_errata))


class VerifyFile(View):
    """The file is checked in memory and not kept; a number leads to the page of its report."""

    template_name = "trials/verify.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if "number" not in request.GET:
            return self.show()
        form = FindReportForm(request.GET)
        if form.is_valid():
            return redirect("trials:verify-report", form.cleaned_data["number"])
        return self.show(find=form, status=404)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = VerifyFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        if not throttling.consume(request, action="verify_report"):
            form.add_error(None, _("Too many files were checked from here. Try again in an hour."))
            return self.show(form, status=429)
        found = stands(verify_file(form.cleaned_data["file"].read(), keys.trust()), with_errata=True)
        report = checked.original_of(found)
        return self.show(
            found=checked.shown(found, report),
            report=report,
            name=form.cleaned_data["file"].name,
            lacks=sum(one.code == "lacks_correction" for one in found.findings),
        )

    def show(self, form: VerifyFileForm | None = None, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "form": form or VerifyFileForm(),
            "find": FindReportForm(),
            "program": fingerprint(),
            **more,
        }
        return render(self.request, self.template_name, context, status=status)


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
        found = stands(verify(report.envelope, keys.public_keys(), report.previous_hash))
        errata = list(report.errata.order_by("pk"))
        return super().get_context_data(
            **kwargs,
            found=checked.shown(found),
            said=report_shown(report.envelope) if found.is_signed else None,
            before=before,
            chain_is_whole=bool(before) == bool(report.previous_hash) and found.hash == report.payload_hash,
            after=signed.filter(previous_hash=report.payload_hash).first(),
            program=fingerprint(),
            checked_errata=corrected.checked(found, errata),
            errata=corrected.shown(errata),
        )


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks without this portal."""
    response = HttpResponse(program(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{NAME}"'
    response["Cache-Control"] = "public, max-age=300"
    return response
