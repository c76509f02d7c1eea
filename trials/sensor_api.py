"""The door of sensors: readings of one trial by its token, in batches or as a network server posts them."""

from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status, viewsets
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from trials import batches, services
from trials.models import SensorToken
from trials.services import Taken


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer ipt_…`; nobody is signed in by it."""

    def authenticate(self, request: Request) -> tuple[None, SensorToken] | None:
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return None
        token = SensorToken.objects.bearing(secret.strip()).first()
        if token is None:
            raise exceptions.AuthenticationFailed(_("The token is not known, or was revoked."))
        if token.is_over:
            said = _("The token ended on %(day)s. Make a new one on the page of the trial's sensors.")
            raise exceptions.AuthenticationFailed(said % {"day": token.ends_on.isoformat()}, "token_expired")
        return None, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "sensorToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "The token of one trial; its engineer makes and revokes it. It ends 30 days after the plan."
        return {"type": "http", "scheme": "bearer", "description": text}


class HasToken(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, SensorToken)


class SensorRate(SimpleRateThrottle):
    """By the token, wherever its sensors send from."""

    scope = "sensor"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"throttle_sensor_{request.auth.pk}"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class _Bytes(BaseParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """:raises TooLarge: before more than that is read."""
        data: bytes = stream.read(batches.MAX_BYTES + 1)
        if len(data) > batches.MAX_BYTES:
            raise TooLarge(_("A batch has at most 2 MB; send it in parts."))
        return data


class JsonBytes(_Bytes):
    media_type = "application/json"


class CsvBytes(_Bytes):
    media_type = "text/csv"


class RefusedSerializer(serializers.Serializer):
    row = serializers.IntegerField(help_text="Its place in the list, or its line in the CSV file.")
    field = serializers.CharField()
    message = serializers.CharField()


class TakenSerializer(serializers.Serializer):
    accepted = serializers.IntegerField(help_text="Readings that were written, and are committed.")
    known = serializers.IntegerField(help_text="That stood there already with the same value.")
    refused = serializers.IntegerField(help_text="That were not taken; sending them again changes nothing.")
    problems = RefusedSerializer(many=True, help_text="The first 100 of what was refused, and why.")
    received_at = serializers.DateTimeField(help_text="By the portal's clock.")
    clock_skew = serializers.FloatField(
        allow_null=True, help_text="Seconds by which “sent_at” was ahead of the portal's clock."
    )


class ReadingSerializer(serializers.Serializer):
    metric = serializers.CharField(help_text="As the claim of the trial names it.")
    at = serializers.CharField(help_text="ISO 8601, or seconds or milliseconds since 1970.")
    value = serializers.FloatField()
    sensor = serializers.CharField(required=False, max_length=80)
    unit = serializers.CharField(required=False, help_text="If given, it must be that of the claim.")
    phase = serializers.ChoiceField(["baseline", "trial"], required=False)


class BatchSerializer(serializers.Serializer):
    """Members beside "readings" hold for each of them."""

    readings = ReadingSerializer(many=True)
    metric = serializers.CharField(required=False)
    sensor = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)
    phase = serializers.ChoiceField(["baseline", "trial"], required=False)
    sent_at = serializers.DateTimeField(required=False, help_text="By the sender's clock, to tell its skew.")


BATCH = {
    "sensor": "chiller-2", "metric": "energy", "unit": "kWh", "sent_at": "2026-11-21T08:00:02Z",
    "readings": [
        {"at": "2026-11-21T07:00:00Z", "value": 41.7}, {"at": "2026-11-21T08:00:00Z", "value": 40.2},
    ],
}  # fmt: skip
TABLE = "metric,at,value,sensor,unit\nenergy,2026-11-21T08:00:00Z,40.2,chiller-2,kWh\n"
UPLINK = {
    "deviceInfo": {"devEui": "24e124136b502217"}, "fPort": 85, "fCnt": 1204,
    "time": "2026-11-21T08:00:00.775023242+00:00", "object": {"active_energy": 40.2},
    "rxInfo": [{"gatewayId": "0016c001ff10a235", "rssi": -97, "snr": 7.2}],
}  # fmt: skip
ANSWERS: dict[Any, Any] = {
    200: TakenSerializer,
    400: OpenApiTypes.OBJECT,
    401: OpenApiTypes.OBJECT,
    409: OpenApiTypes.OBJECT,
    413: OpenApiTypes.OBJECT,
    422: TakenSerializer,
    429: OpenApiTypes.OBJECT,
}


class MeasurementViewSet(viewsets.ViewSet):
    """Readings of the trial that the token belongs to."""

    authentication_classes = (BearerToken,)
    permission_classes = (HasToken,)
    throttle_classes = (SensorRate,)
    parser_classes = (JsonBytes, CsvBytes)
    serializer_class = TakenSerializer

    @extend_schema(
        summary="Send a batch of readings",
        description=(
            "Each good row is written once, however often it is sent; a row that cannot be right is refused "
            "by its number and field, and does not hold up the others. The answer is given after the commit, "
            "so what it counts is kept; without an answer, send the batch again. 422: nothing was taken. "
            "409: the trial takes no readings now. A batch has at most 10,000 readings and 2 MB."
        ),
        request={"application/json": BatchSerializer, "text/csv": OpenApiTypes.STR},
        responses=ANSWERS,
        examples=[
            OpenApiExample("JSON", BATCH, media_type="application/json", request_only=True),
            OpenApiExample("CSV", TABLE, media_type="text/csv", request_only=True),
        ],
    )
    def create(self, request: Request) -> Response:
        is_csv = request.content_type.split(";")[0].strip().lower() == CsvBytes.media_type
        read = batches.read_csv if is_csv else batches.read_json
        return _answer(lambda data: services.take_batch(_token(request), data, read), request)

    @extend_schema(
        summary="A LoRaWAN uplink, as ChirpStack 4 posts it",
        description=(
            "The address for ChirpStack's HTTP integration (JSON). The device must be a sensor of the trial, "
            "whose mapping says which field of the decoded object is which metric. Events other than “up” "
            "are answered with 204 and nothing is kept of them."
        ),
        parameters=[OpenApiParameter("event", OpenApiTypes.STR, description="As ChirpStack sends it.")],
        request={"application/json": OpenApiTypes.OBJECT},
        responses={**ANSWERS, 204: None},
        examples=[OpenApiExample("Uplink", UPLINK, media_type="application/json", request_only=True)],
    )
    @action(detail=False, methods=["post"], parser_classes=[JsonBytes])
    def chirpstack(self, request: Request) -> Response:
        if request.query_params.get("event", "up") != "up":
            return Response(status=status.HTTP_204_NO_CONTENT)
        return _answer(lambda data: services.take_uplink(_token(request), data), request)


def _token(request: Request) -> SensorToken:
    return cast("SensorToken", request.auth)


def _answer(take: Any, request: Request) -> Response:
    """:raises ParseError: nothing of it could be understood."""
    data = request.data if isinstance(request.data, bytes) else b""
    try:
        taken: Taken = take(data)
    except batches.Unreadable as error:
        raise exceptions.ParseError(str(error)) from error
    nothing = taken.refused and not taken.accepted and not taken.known
    code = status.HTTP_422_UNPROCESSABLE_ENTITY if nothing else status.HTTP_200_OK
    return Response(TakenSerializer(told(taken)).data, status=code)


def told(taken: Taken) -> dict[str, Any]:
    ahead = (taken.sent_at - taken.received_at).total_seconds() if taken.sent_at else None
    return {
        "accepted": taken.accepted,
        "known": taken.known,
        "refused": len(taken.refused),
        "problems": taken.refused[: batches.MAX_REFUSED],
        "received_at": taken.received_at,
        "clock_skew": ahead,
    }
