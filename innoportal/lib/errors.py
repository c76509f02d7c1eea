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
    return exception_handler(error, context)
