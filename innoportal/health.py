"""Is it alive, can it serve, and the pages for when it cannot."""

import logging
import sys

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from innoportal.lib.storage import is_full

logger = logging.getLogger(__name__)


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """503 with the name of the part that is missing."""
    parts = {"database": _database(), "migrations": _migrations(), "queue": _queue()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return False
    return True


def _migrations() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _queue() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        logger.exception("Valkey does not answer")
        return False


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without the token of its page: most often the page was open for too long."""
    detail = _(
        "The page was open for too long, or your browser keeps no cookies. Load it again and try again."
    )
    return render(request, "403.html", {"exception": detail}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also of a form that a full disk could not take in, which breaks before any view sees it."""
    if is_full(sys.exception()):
        return render(request, "507.html", status=507)
    if _database():
        return render(request, "500.html", status=500)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "30"
    return response
