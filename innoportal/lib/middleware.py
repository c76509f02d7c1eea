import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_Next = Callable[[HttpRequest], HttpResponse]


class CompressPublic(GZipMiddleware):
    """Compresses text for who is not signed in.

    Somebody's own page goes out as it is: who sees its length, and makes the reader's browser ask with
    words of his choice, could find out from compressed lengths what else the page says (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_personal(request, response) or response.streaming or not is_text(response):
            return response
        return super().process_response(request, response)


def is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    name = settings.SESSION_COOKIE_NAME
    return name in request.COOKIES or name in response.cookies or "Authorization" in request.headers


def is_text(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


class RequestId:
    """Gives each request a number that an error page shows and a log line carries."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class RefuseNullBytes:
    """PostgreSQL cannot hold a null byte: refuse it at the door, in the address and in form fields."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return self.refuse(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Also in what was sent with a file; by now the form is to be read anyway, for its token."""
        if any("\0" in value for _name, values in request.POST.lists() for value in values):
            return self.refuse(request)
        return None

    def refuse(self, request: HttpRequest) -> HttpResponse:
        detail = _("The request contains a null character. Remove it and try again.")
        return HttpResponseBadRequest(render_to_string("400.html", {"detail": detail}, request))


class TidyText:
    """Takes out of forms what shows nothing: marks that turn text round, and characters without width.

    A name that reads one way and is another, or a title that seems empty, deceives whoever reads it. What
    joins letters or pictures into one stays; of a text in which nothing can be seen nothing does. Passwords
    are nobody's to read.
    """

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        found = {
            name: [tidy(value) for value in values]
            for name, values in request.POST.lists()
            if "password" not in name and any(not value.isascii() for value in values)
        }
        if any(request.POST.getlist(name) != values for name, values in found.items()):
            post = request.POST.copy()
            for name, values in found.items():
                post.setlist(name, values)
            request.POST = post  # type: ignore[assignment]


_UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def tidy(text: str) -> str:
    text = _UNSEEN.sub("", text)
    return text if any(unicodedata.category(one)[0] not in "CZ" for one in text) or text.isascii() else ""
