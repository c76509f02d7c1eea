"""A trial's token, its devices, and how they send."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from innoportal.lib.views import ActionView, ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from trials import services
from trials.batches import units_of
from trials.models import Sensor, Trial
from trials.sensor_forms import SensorForm, lines_of


class _OfTrial(SluggedMixin, ObjectPermissionMixin, View):
    model = Trial
    permission_required = "trials.measure_trial"
    template_name = "trials/sensors.html"
    object: Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_subjects().prefetch_related("claims")

    def show(self, form: SensorForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
        trial = self.object
        units = units_of(trial.claims.all())
        sensors = list(trial.sensors.order_by("name"))
        context = {
            "trial": trial,
            "token": trial.tokens.in_force().select_related("made_by").first(),
            "sensors": [(one, lines_of(one.fields, units)) for one in sensors],
            "form": form or SensorForm(trial=trial),
            "batch_url": settings.SITE_URL + reverse("api:measurement-list"),
            "uplink_url": settings.SITE_URL + reverse("api:measurement-chirpstack"),
            "claim": next(iter(trial.claims.all()), None),
            **more,
        }
        return render(self.request, self.template_name, context, status=status)

    def sensor(self, pk: int) -> Sensor:
        return get_object_or_404(self.object.sensors, pk=pk)


class _KeepsSensor(_OfTrial):
    def keep(self, form: SensorForm, sensor: Sensor | None, done: str) -> HttpResponse:
        if form.is_valid():
            try:
                services.save_sensor(self.object, by=self.request.user, sensor=sensor, **form.values())
            except ValidationError as error:
                form.add_error(None, error.messages)
        if form.errors:
            return self.show(form, 422, edited=sensor)
        messages.success(self.request, done)
        return redirect("trials:sensors", self.object.slug)


class Sensors(_KeepsSensor):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.keep(SensorForm(request.POST, trial=self.object), None, _("The sensor is known now."))


class EditSensor(_KeepsSensor):
    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        sensor = self.sensor(pk)
        return self.show(SensorForm(instance=sensor, trial=self.object), edited=sensor)

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        sensor = self.sensor(pk)
        form = SensorForm(request.POST, instance=self.sensor(pk), trial=self.object)
        return self.keep(form, sensor, _("The sensor is changed; readings from now on are read so."))


class RemoveSensor(_OfTrial):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        services.remove_sensor(self.object, by=request.user, sensor=self.sensor(pk))
        messages.success(request, _("The sensor is removed; its readings stay."))
        return redirect("trials:sensors", self.object.slug)


class MakeToken(_OfTrial):
    """The answer itself shows the secret, once: it is in no message, no session and no address."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        try:
            secret = services.make_token(self.object, by=request.user)
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect("trials:sensors", self.object.slug)
        response = self.show(secret=secret)
        response["Cache-Control"] = "no-store"
        return response


class RevokeToken(ActionView):
    model = Trial
    permission_required = "trials.measure_trial"
    service = staticmethod(services.revoke_token)
    done = gettext_lazy("The token is revoked: with it nothing is taken any more.")

    def get_success_url(self) -> str:
        return reverse("trials:sensors", args=[self.object.slug])
