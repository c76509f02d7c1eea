"""The page from which a person takes along what the portal holds about them."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from accounts import throttling
from innoportal.holdings import HOLDINGS, packed
from journal.workflow import record


class OwnData(LoginRequiredMixin, TemplateView):
    """Says what there is; a POST hands it out, after the password was asked for again."""

    template_name = "accounts/own_data.html"
    extra_context = {"holdings": HOLDINGS}

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | FileResponse:
        person: Any = request.user
        throttling.consume_or_stop(request, action="own_data", key=str(person.pk))
        found = packed(person)
        record(person, "export_data", by=person)
        name = f"innoportal-{timezone.localdate():%Y-%m-%d}.zip"
        response = FileResponse(found, as_attachment=True, filename=name, content_type="application/zip")
        response["Cache-Control"] = "no-store"
        return response


urlpatterns = [path("account/data/", OwnData.as_view(), name="own-data")]
