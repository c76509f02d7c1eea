"""How long a sign-in lasts: so long without use, and so long in all. The server holds both."""

import time
from collections.abc import Callable, Iterable

from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.rights import tell_person

BEGAN, SEEN = "began_at", "seen_at"  # of the session: seconds since 1970
NOTED = 300  # seconds: so much may pass until a further request is written down as use


@receiver(user_logged_in, dispatch_uid="accounts.session")
def session_begins(request: HttpRequest, **kwargs: object) -> None:
    request.session[BEGAN] = request.session[SEEN] = time.time()


class SessionLimits:
    """Signs out who comes back too late; the page that they asked for is answered as to a visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie nobody is signed in, and a public page does not have to ask for a session.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            keep_or_end(request, time.time())
        return self.get_response(request)


def keep_or_end(request: HttpRequest, now: float) -> None:
    session = request.session
    if over := why_over(session.get(BEGAN, now), session.get(SEEN, now), now):
        request.session_over = over  # type: ignore[attr-defined]  # the journal says why
        logout(request)
        messages.info(request, _("Your session was over. Sign in to go on."))
    elif BEGAN not in session:  # somebody who signed in before there was a limit
        session[BEGAN] = session[SEEN] = now
    elif now - session[SEEN] > NOTED and not asks_by_itself(request):
        session[SEEN] = now


def why_over(began: float, seen: float, now: float) -> str:
    if now - began > settings.SESSION_LONGEST:
        return "longest"
    return "idle" if now - seen > settings.SESSION_IDLE else ""


def asks_by_itself(request: HttpRequest) -> bool:
    """A page that is left open asks for its pieces again and again: that is no use of the portal."""
    headers = request.headers
    return request.method == "GET" and "HX-Request" in headers and "HX-Boosted" not in headers


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """Those elsewhere, which the person ends from here."""
        for session in sessions:
            session.end()
            tell_person(session.user, "sign_out", by=context.request.user, why="elsewhere")
