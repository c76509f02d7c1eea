"""Readings by a file, in two steps, or one by hand."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View

from innoportal.lib.storage import status_of
from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from trials import services
from trials.forms import MeasurementForm
from trials.models import Trial, Upload
from trials.readings import Unusable
from trials.services import Import, uploading
from trials.upload_forms import ColumnsForm, FileForm


class _Bringing(SluggedMixin, ObjectPermissionMixin, View):
    model = Trial
    permission_required = "trials.measure_trial"
    object: Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_subjects().prefetch_related("claims")

    def back(self, error: Exception) -> HttpResponse:
        messages.error(self.request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect(self.object)

    def done(self, found: Import) -> HttpResponse:
        said = _("%(added)s readings taken, %(known)s were there already; %(flagged)s are flagged.")
        messages.success(self.request, said % vars(found))
        return redirect(self.object)


class Measurements(_Bringing):
    """A file, whose columns are asked next, or one reading by hand."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.by_hand(request) if "by_hand" in request.POST else self.file(request)

    def file(self, request: HttpRequest) -> HttpResponse:
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(upload=form, form=form, status=422)
        try:
            upload = uploading.stage(self.object, by=request.user, file=form.cleaned_data["file"])
        except IllegalTransition as error:
            return self.back(error)
        except ValidationError as error:
            form.add_error("file", error)
            return self.show(upload=form, form=form, status=status_of(error, 422))
        return redirect("trials:upload", self.object.slug, upload.pk)

    def by_hand(self, request: HttpRequest) -> HttpResponse:
        form = MeasurementForm(request.POST, trial=self.object)
        if not form.is_valid():
            return self.show(hand=form, form=form, status=422)
        try:
            return self.done(services.add_measurement(self.object, by=request.user, **form.cleaned_data))
        except Unusable as error:
            form.add_error(None, [str(one) for one in error.problems])
            return self.show(hand=form, form=form, status=422)
        except (IllegalTransition, ValidationError) as error:
            return self.back(error)

    def show(self, *, upload: Any = None, hand: Any = None, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "trial": self.object,
            "upload": upload or FileForm(),
            "hand": hand or MeasurementForm(trial=self.object),
            **more,
        }
        return render(self.request, "trials/measurements.html", context, status=status)


class MapUpload(_Bringing):
    """What its columns are; then what would be taken; then it is taken."""

    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        upload, look = self.looked(pk)
        return self.show(upload, look, ColumnsForm(initial=look.guess, **self.given(look)))

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        upload, look = self.looked(pk)
        if "discard" in request.POST:
            uploading.discard(upload)
            messages.success(request, _("The file is thrown away; nothing of it was kept."))
            return redirect("trials:measurements", self.object.slug)
        form = ColumnsForm(request.POST, **self.given(look))
        if not form.is_valid():
            return self.show(upload, look, form, status=422)
        try:
            if "take" not in request.POST:
                return self.show(upload, look, form, check=uploading.check(upload, form.columns()))
            found = uploading.take(upload, form.columns(), by=request.user)
        except IllegalTransition as error:
            return self.back(error)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(upload, look, form, status=422)
        if isinstance(found, Import):
            return self.done(found)
        return self.show(upload, look, form, status=422, check=found)

    def looked(self, pk: int) -> tuple[Upload, uploading.Look]:
        upload = get_object_or_404(self.object.uploads, pk=pk)
        upload.trial = self.object
        return upload, uploading.look(upload)

    def given(self, look: uploading.Look) -> dict[str, Any]:
        return {"names": look.columns, "trial": self.object}

    def show(
        self, upload: Upload, look: uploading.Look, form: ColumnsForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        sample = [[row.get(name) for name in look.columns] for row in look.sample]
        context = {
            "trial": self.object,
            "upload": upload,
            "look": look,
            "sample": sample,
            "form": form,
            **more,
        }
        return render(self.request, "trials/upload.html", context, status=status)
