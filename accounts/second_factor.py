"""Who acts for the portal has a second factor before they change anything (docs/adr/0006)."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Role, User

# Engineers act on their own trials alone, as members act for their organisation.
STAFF = frozenset({Role.OFFICE, Role.EXPERT, Role.VERIFIER, Role.AUDITOR})
WHY = _(
    "Your account has a role of the portal. Before you can change anything, set up a second factor: "
    "it takes a minute and an authenticator app."
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Leaving, choosing a language, and what the set-up itself needs.
OPEN = frozenset(
    {
        *("account_logout", "usersessions_list", "set_language"),
        *("account_reauthenticate", "mfa_reauthenticate", "mfa_index", "mfa_activate_totp"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    }
)
WAITS = "second_factor_for"  # of the session: the page that the person wanted


def is_staff(user: User) -> bool:
    return user.is_staff or user.is_superuser or not STAFF.isdisjoint(user.roles)


def lacks_factor(user: Any) -> bool:
    """One query, of staff alone."""
    return user.is_authenticated and is_staff(user) and not is_mfa_enabled(user)


class StaffSecondFactor:
    """Leads staff without a second factor from every form to its set-up, and takes nothing from them before.

    A form within a page that is mostly read stays there: what was typed in it comes back with the refusal.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        # Without the cookie nobody is signed in, and a public page does not have to ask for a session.
        if not settings.STAFF_SECOND_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        match = request.resolver_match
        if match is None or match.view_name in OPEN:
            return None
        asks = request.method in SAFE
        if (asks and not takes_post(view, match.view_name)) or not lacks_factor(request.user):
            return None
        return to_set_up(request) if asks else refusal(request)


def takes_post(view: Any, name: str) -> bool:
    """Whether the address shows a form of its own."""
    if name.startswith("admin:"):
        return name.endswith(("_add", "_change", "_delete"))
    shown: Any = getattr(view, "view_class", None)
    return hasattr(shown, "post") and hasattr(shown, "get") and "get" in shown.http_method_names


def to_set_up(request: HttpRequest) -> HttpResponse:
    request.session[WAITS] = wanted = request.get_full_path()
    messages.warning(request, WHY)
    url = f"{reverse('mfa_activate_totp')}?{urlencode({'next': wanted})}"
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else HttpResponseRedirect(url)


def refusal(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": str(WHY)}, status=403)
    return render(request, "accounts/second_factor_needed.html", {"why": WHY, **typed(request)}, status=403)


def typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent, to be sent again; passwords are asked for anew, and files are chosen anew."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if "password" not in name and name != "csrfmiddlewaretoken"
        for value in values
    ]
    return {"kept": kept, "has_files": bool(request.FILES), "to": request.get_full_path()}
