"""The page from which a person takes along what the portal holds about them."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from innoportal.holdings import HOLDINGS, packed
from journal.workflow import record


class OwnData(LoginRequiredMixin, TemplateView):
    """Says what there is; a POST hands it out, after the password was asked for again."""

    template_name = "accounts/own_data.html"
    extra_context = {"holdings": HOLDINGS}

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | FileResponse:
        person: Any = request.user
        if not ratelimit.consume(request, action="own_data", key=str(person.pk)):
            messages.error(
                request, _("You have taken your data along several times within an hour. Wait a little.")
            )
            return redirect("own-data")
        found = packed(person)
        record(person, "export_data", by=person)
        name = f"innoportal-{timezone.localdate():%Y-%m-%d}.zip"
        response = FileResponse(found, as_attachment=True, filename=name, content_type="application/zip")
        response["Cache-Control"] = "no-store"
        return response


urlpatterns = [path("account/data/", OwnData.as_view(), name="own-data")]
