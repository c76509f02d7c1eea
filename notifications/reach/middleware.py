"""Takes the mark of a notice out of the address, and counts who came by it.

The answer to an address with a mark leads to the same address without it, and nowhere else. It is counted
when the browser asks for that, with the mark in a cookie of this session: a scanner that looks at a link with
HEAD, says that it fetches ahead, or keeps no cookies, is not counted.
"""

import logging
from collections.abc import Callable

from allauth.core.internal import ratelimit  # the public one limits no GET
from django.conf import settings
from django.core.signing import BadSignature
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control

from notifications.reach import counting, marks
from notifications.reach.marks import PARAMETER, Mark, came_by

logger = logging.getLogger(__name__)
COOKIE, SALT = "by_notice", "by-notice"
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


class ByNotice:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PARAMETER in request.GET and request.method in ("GET", "HEAD"):
            return lead(request)
        if COOKIE not in request.COOKIES:
            return self.get_response(request)
        mark, is_counted = held(request)
        reset = came_by.set(mark)
        try:
            response = self.get_response(request)
        finally:
            came_by.reset(reset)
        if mark and not is_counted and is_looking(request) and response.status_code == 200:
            _count(request, response, mark)
        return response


def lead(request: HttpRequest) -> HttpResponse:
    """To the same page without the mark; `get_full_path` never begins with two slashes."""
    rest = request.GET.copy()
    mark = marks.read(rest.get(PARAMETER, ""))
    del rest[PARAMETER]
    request.META["QUERY_STRING"] = rest.urlencode()
    response = HttpResponseRedirect(request.get_full_path())
    response["Cache-Control"] = "no-store"
    if mark and is_looking(request) and held(request)[0] != mark:
        _keep(response, mark, is_counted=False)
    return response


def is_looking(request: HttpRequest) -> bool:
    """Whether a person may be looking, as far as a request can tell."""
    ahead = any(word in request.headers.get(name, "") for name in AHEAD for word in ("prefetch", "preview"))
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")  # older browsers do not say
    return request.method == "GET" and not ahead and mode == "navigate"


def held(request: HttpRequest) -> tuple[Mark | None, bool]:
    """The mark of this session, and whether it is counted."""
    try:
        said = request.get_signed_cookie(COOKIE, default="", salt=SALT)
    except BadSignature:
        return None, False
    name, _bar, counted = (said or "").partition("|")
    return Mark.of(name), counted == "counted"


def _count(request: HttpRequest, response: HttpResponse, mark: Mark) -> None:
    """What cannot be counted is no reason to show no page."""
    try:
        if ratelimit.consume(request, app="allauth.account", action="by_notice", limit_get=True):
            counting.count(counting.What.CLICKED, mark)
    except DatabaseError:
        logger.exception("An arrival could not be counted.")
    _keep(response, mark, is_counted=True)
    patch_cache_control(response, private=True)


def _keep(response: HttpResponse, mark: Mark, *, is_counted: bool) -> None:
    """Until the browser is closed."""
    response.set_signed_cookie(
        COOKIE,
        f"{mark}|{'counted' if is_counted else ''}",
        salt=SALT,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
