from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from desk.views.opening import OpensWithViewMixin
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import PartialMixin, SluggedMixin, VisibleMixin
from trials import citing, services
from trials.corrected import signed_errata
from trials.describing import described
from trials.editing import sections_told
from trials.filters import ReportFilter
from trials.models import Report
from trials.page import claims_of, report_context
from trials.proof.errata import with_errata
from trials.proof.signing import to_bytes
from trials.services.facts import facts
from trials.showing import report_shown
from trials.validity import state_of, valid_until


class ReportList(OpensWithViewMixin, KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    model = Report
    filterset_class = ReportFilter
    template_name = "trials/reports.html"
    partial = "results"
    paginate_by = 25
    strict = False
    rows = Report.objects.for_cards()

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().public().order_by("-published_at", "-pk")


class ReportDetail(SluggedMixin, DetailView):
    """A signed report from its payload; one on its way from the record, for those who may see it."""

    model = Report

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_detail()

    def get_template_names(self) -> list[str]:
        return ["trials/report.html" if self.object.is_public else "trials/report_draft.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object
        context = report_context(self.request, report)
        more = public_context(report, context["errata"]) if report.is_public else self.on_its_way()
        return super().get_context_data(**kwargs, **context, **more)

    def on_its_way(self) -> dict[str, Any]:
        report = self.object
        return {"claims": claims_of(report), "sections": sections_told(report, facts(report))}


def public_context(report: Report, errata: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page of a signed report reads beside its state."""
    return {
        "said": report_shown(report.envelope),
        "about": described(report, errata),
        "citation": citing.line(citing.work_of(report)),
        "valid_until": valid_until(report),
        "validity": state_of(report, timezone.localdate()),
    }


class Signed(SluggedMixin, View):
    model = Report

    def signed(self) -> Report:
        """:raises Http404: there is no signature yet, whoever asks."""
        report = self.get_object(self.get_queryset().public())
        if not report.envelope:
            raise Http404
        return report


class ReportJson(Signed):
    """The signed file itself."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        report = self.signed()
        response = HttpResponse(to_bytes(report.envelope), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{report.slug}.json"'
        return response


class ReportWithErrata(Signed):
    """The signed file and what was put right in it, which every verifier checks together."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        report = self.signed()
        both = with_errata(report.envelope or {}, signed_errata(report))
        response = HttpResponse(to_bytes(both), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{report.slug}.corrected.json"'
        return response


class ReportPdf(Signed):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        report = self.signed()
        lang = get_language() or "en"
        response = HttpResponse(services.sealed_pdf(report, lang), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{report.slug}.{lang}.pdf"'
        return response
