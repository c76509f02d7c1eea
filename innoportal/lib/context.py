from typing import Any

from django.conf import settings
from django.http import HttpRequest

from innoportal.languages import HTML_LANG


def portal(request: HttpRequest) -> dict[str, Any]:
    """What base.html reads on every page; no query."""
    return {
        "DEMONSTRATION": settings.DEMONSTRATION,
        "MAIL_CATCHER": settings.MAIL_CATCHER,
        "SITE_URL": settings.SITE_URL,
        "HTML_LANG": HTML_LANG.get(getattr(request, "LANGUAGE_CODE", "en"), "en"),
        "request_id": getattr(request, "request_id", ""),
    }
