"""The raw data of a report, where the department lets anybody take it away."""

from typing import Any, ClassVar

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import DetailView

from innoportal.lib.views import ActionView, SluggedMixin
from trials import raw_data, services, tasks
from trials.models import Report, Trial
from trials.page import is_inside
from trials.services.opening import data_opened, entries_of
from trials.views.reports import Signed

WAIT = 600  # seconds until a message that was lost is sent again
KINDS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def files_of(report: Report) -> dict[str, Any] | None:
    """Size and hash of each; while they are not made, a worker is asked for them."""
    made = raw_data.manifest(report)
    if made is None and cache.add(f"report-data:{report.payload_hash}", 1, WAIT):
        transaction.on_commit(lambda: tasks.make_data.delay(report.pk), robust=True)
    return made


def later() -> HttpResponse:
    text = _("The files are being made. Ask again in a few minutes.")
    return HttpResponse(
        text, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"}
    )


class ReportData(SluggedMixin, DetailView):
    """Which files there are, what stands in their columns, and what the department says of taking them."""

    model = Report
    template_name = "trials/data.html"

    def get_queryset(self):
        return super().get_queryset().public().for_detail()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user = self.object, self.request.user
        opened = data_opened(entries_of(report.trial))
        made = files_of(report) if opened else None
        return super().get_context_data(
            **kwargs,
            opened=opened,
            inside=is_inside(user, report),
            files=[(form, one["bytes"], one["sha256"]) for form, one in (made or {}).items()],
            package=raw_data.dictionary(report, made) if made else None,
            trial=report.trial,
            may_open=user.has_perm("trials.open_data_trial", report.trial),
        )


class _Opened(Signed, View):
    def opened(self) -> Report:
        """:raises Http404: nobody may take it away, whoever asks: who takes part has the trial's own file."""
        report = self.signed()
        if not data_opened(entries_of(report.trial)):
            raise Http404
        return report


class DataFile(_Opened):
    """As it was made, in parts from the disk."""

    form = ""

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        report = self.opened()
        if not files_of(report):
            return later()
        file = default_storage.open(raw_data.place(report, self.form))
        name = f"{report.slug}-data.{self.form}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=KINDS[self.form])


class DataDictionary(_Opened):
    """Columns, units, methods, flags and the checksums of the files."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        report = self.opened()
        made = files_of(report)
        if not made:
            return later()
        said = raw_data.dictionary(report, made)
        return JsonResponse(said, json_dumps_params={"indent": 2, "ensure_ascii": False})


class DataAnalysis(_Opened):
    """What was computed of the readings."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        said = raw_data.analysis(self.opened())
        return JsonResponse(said, json_dumps_params={"indent": 2, "ensure_ascii": False})


class OpenData(ActionView):
    model = Trial
    verb = "open_data"
    service = staticmethod(services.open_data)
    done = _("Everyone can take the readings away now.")

    def get_success_url(self) -> str:
        report = self.object.reports.public().order_by("-version").first()
        return reverse("trials:report-data", args=[report.slug]) if report else self.object.get_absolute_url()


class CloseData(OpenData):
    verb = "close_data"
    service: ClassVar[Any] = staticmethod(services.close_data)
    done = _("Nobody can take the readings away any more.")
