"""Who asks too often is told how long to wait: a page of its own, with Retry-After (RFC 9110, 10.2.3)."""

import math
import time
from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as counts
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

APP = "allauth.account"  # under which all limits stand in the settings
LONGEST = 60  # seconds: no limit of allauth's own pages looks back further


class TooMany(Exception):
    """Asked too often; `wait` is in seconds."""

    def __init__(self, wait: float = LONGEST) -> None:
        super().__init__(f"wait {wait:.0f} s")
        self.wait = max(1, math.ceil(wait))


class SaysHowLong:
    """Answers `TooMany`, and writes Retry-After on every 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 429 and "Retry-After" not in response.headers:
            response["Retry-After"] = str(getattr(request, "wait", LONGEST))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page(request, exception.wait) if isinstance(exception, TooMany) else None


def page(request: HttpRequest, wait: int = LONGEST) -> HttpResponse:
    """Also of allauth, which knows no time (`handler429` of innoportal/urls.py)."""
    minutes = math.ceil(wait / 60)
    response = render(request, "429.html", {"minutes": minutes, "wait": wait}, status=429)
    response["Retry-After"], response["Cache-Control"] = str(wait), "no-store"
    return response


def consume(request: HttpRequest, *, action: str, key: str | None = None) -> bool:
    """Count one of `ACCOUNT_RATE_LIMITS`; where it is too many, the answer's Retry-After says how long."""
    if ratelimit.consume(request, action=action, key=key):
        return True
    request.wait = wait_of(request, action=action, key=key)  # type: ignore[attr-defined]
    return False


def consume_or_stop(request: HttpRequest, *, action: str, key: str | None = None) -> None:
    """:raises TooMany: for what is no form in which something typed would be lost."""
    if not consume(request, action=action, key=key):
        raise TooMany(request.wait)  # type: ignore[attr-defined]


def wait_of(request: HttpRequest, *, action: str, key: str | None = None) -> int:
    """Whole seconds until one more is free by every limit of it; at least one."""
    waits = [1.0]
    for rate in counts.get_rates(app=APP, action=action):
        name = counts.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        past: list[Any] = cache.get(name, [])  # the newest first
        if len(past) >= rate.amount:
            waits.append(past[rate.amount - 1] + rate.duration - time.time())
    return math.ceil(max(waits))
