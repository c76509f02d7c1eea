"""What makes an answer count once, without knowing who gave it.

A page of a survey carries a ticket, signed and of one use. An answer leaves one cookie, which says of this
survey that it was answered, and nothing else. Whoever removes the cookie, or has a second device, can answer
again: where that matters, the survey counts by printed codes.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import throttling
from trials.models import Survey

TICKET, COOKIE = "trials.survey.ticket", "trials.survey.cookie"
QUICKEST = 2  # seconds, in which nobody reads a question and answers it
LONGEST = 12 * 3600  # seconds that a page may be open
KEPT = 400 * 86400  # seconds of the cookie; no browser keeps one for longer


@dataclass(frozen=True)
class Ticket:
    nonce: str
    age: float  # seconds

    @property
    def is_too_quick(self) -> bool:
        return self.age < QUICKEST

    @property
    def is_too_old(self) -> bool:
        return self.age > LONGEST


def new_ticket(survey: Survey) -> str:
    said = {"survey": survey.pk, "nonce": secrets.token_urlsafe(16), "at": time.time()}
    return signing.dumps(said, salt=TICKET)


def read_ticket(text: str, survey: Survey) -> Ticket:
    """:raises BadSignature: it is none of this portal's, or another survey's."""
    said = signing.loads(text, salt=TICKET)
    if said["survey"] != survey.pk:
        raise signing.BadSignature("a ticket of another survey")
    return Ticket(said["nonce"], time.time() - said["at"])


def has_answered(request: HttpRequest, survey: Survey) -> bool:
    found = request.COOKIES.get(cookie_name(survey), "")
    try:
        return bool(signing.Signer(salt=COOKIE).unsign(found) == survey.code)
    except signing.BadSignature:
        return False


def mark_answered(response: HttpResponse, survey: Survey) -> None:
    response.set_cookie(
        cookie_name(survey),
        signing.Signer(salt=COOKIE).sign(survey.code),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name(survey: Survey) -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}survey-{survey.code}"


def within_limits(request: HttpRequest, survey: Survey, action: str = "answer_survey") -> bool:
    """Whether as many may come from one place; a site shares one address, so the limit is wide.

    The address is never written down: what is counted, for an hour, is a hash of it with today's date.
    """
    said = f"{timezone.localdate()}:{survey.pk}:{_network(request)}"
    place = hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()
    return throttling.consume(request, action=action, key=place)


def _network(request: HttpRequest) -> str:
    """An address of IPv4; of IPv6 the 64 bits that one household or site has."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
