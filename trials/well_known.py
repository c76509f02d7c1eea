"""The public keys, outside the languages, where any tool looks for them."""

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from trials import keys
from trials.proof.signing import key_document


@require_safe
def innoportal_keys(request: HttpRequest) -> JsonResponse:
    response = JsonResponse(key_document(keys.public_keys().values()), json_dumps_params={"indent": 2})
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns = [path("innoportal-keys.json", innoportal_keys, name="report-keys")]
