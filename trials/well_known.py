"""The public keys and the register, outside the languages, where any tool looks for them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from trials import keys, services


@require_safe
def innoportal_keys(request: HttpRequest) -> HttpResponse:
    return _document(keys.public_document())


@require_safe
def innoportal_register(request: HttpRequest) -> HttpResponse:
    if not keys.public_document()["keys"]:
        raise Http404  # nothing was signed yet, and a visitor makes no key
    return _document(services.signed_register())


def _document(said: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(said, json_dumps_params={"indent": 2})
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns = [
    path("innoportal-keys.json", innoportal_keys, name="report-keys"),
    path("innoportal-register.json", innoportal_register, name="report-register"),
]
