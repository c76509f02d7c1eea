from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

from journal.workflow import IllegalTransition, ReasonRequired


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The domain's refusals as HTTP: what cannot be done now is 409, what is said wrongly is 400."""
    if isinstance(error, IllegalTransition):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ReasonRequired):
        return Response({"reason": [str(error)]}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, ValidationError):
        return Response(as_serializer_error(error), status=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(error, context)
    if response is not None and response.status_code == status.HTTP_429_TOO_MANY_REQUESTS:
        return problem(response)
    return response


def problem(response: Response) -> Response:
    """As a problem document (RFC 9457), beside the `detail` that every refusal has; Retry-After stays."""
    said = {"type": "about:blank", "title": response.status_text, "status": response.status_code}
    response.data = {**said, **response.data}
    response.content_type = "application/problem+json"
    return response
