"""A running trial as it is measured, and the department's word on who may look."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from innoportal.lib.views import ActionView, SluggedMixin
from trials import services
from trials.living import living, seen
from trials.models import Trial
from trials.page import is_inside, shows_readings

NOTHING_NEW, LAST = 204, 286  # htmx leaves the page as it is; shows this, and asks no more


class LiveTrial(SluggedMixin, View):
    """A whole page, or for htmx its piece: once a minute, and without a body while nothing is new."""

    model = Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_detail()

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        trial = self.get_object()
        inside = is_inside(request.user, trial)
        if trial.status == Trial.Status.PLANNING or not shows_readings(trial, inside=inside):
            raise Http404
        asked = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
        if asked and request.GET.get("seen") == seen(trial):
            return HttpResponse(status=NOTHING_NEW)
        if not asked and trial.status not in Trial.MEASURING:
            return redirect(trial)
        context: dict[str, Any] = {"trial": trial, **living(trial, inside=inside)}
        template = "trials/live_piece.html" if asked else "trials/live.html"
        status = LAST if asked and trial.status not in Trial.MEASURING else 200
        response = render(request, template, context, status=status)
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "HX-Request"
        return response


class ShowLive(ActionView):
    model = Trial
    permission_required = "trials.air_trial"
    service = staticmethod(services.show_live)
    done = _("Everyone can read what is measured now.")

    def get_success_url(self) -> str:
        return reverse("trials:detail", args=[self.object.slug])


class HideLive(ShowLive):
    service: ClassVar[Any] = staticmethod(services.hide_live)
    done = _("Only those who take part read it until the measuring is over.")
