"""The picture that says once that a mail was opened; whatever is asked, the answer is the same."""

import base64

from django.http import HttpRequest, HttpResponse
from django.views import View

from notifications.models import Opening

# One transparent point.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class Opened(View):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        Opening.objects.open(token)
        return picture()

    def head(self, request: HttpRequest, token: str) -> HttpResponse:
        """A scanner that only looks whether it is there."""
        return picture()


def picture() -> HttpResponse:
    return HttpResponse(GIF, content_type="image/gif", headers={"Cache-Control": "no-store"})
