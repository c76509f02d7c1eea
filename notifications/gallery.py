"""All mails that the portal can send, for those who look after its words."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView

from innoportal.languages import HTML_LANG
from notifications import samples
from notifications.mails import mail, read

# A mail is shown as a document of its own: no script, no form, no network.
CLOSED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
ROOMS = {
    "documents": _("Files"),
    "matching": _("Matches"),
    "notifications": _("Notices"),
    "solutions": _("Solutions"),
    "trials": _("Trials and reports"),
    "wishes": _("Wishes"),
}
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]


class Gallery(PermissionRequiredMixin, TemplateView):
    permission_required = "notifications.view_outbox"
    template_name = "notifications/gallery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        language = get_language() or "en"
        rooms: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in samples.names():
            room = str(ROOMS.get(name.partition(".")[0], name.partition(".")[0]))
            rooms[room].append((name, read(samples.sample(name, language), language).subject))
        return super().get_context_data(**kwargs, rooms=dict(rooms))


class Sample(PermissionRequiredMixin, TemplateView):
    """One mail in the three languages, with its text part."""

    permission_required = "notifications.view_outbox"
    template_name = "notifications/sample.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = kwargs["name"]
        drawn = [(code, label, _drawn(name, code)) for code, label in LANGUAGES]
        shown = [
            {"code": code, "lang": HTML_LANG[code], "label": label, "mail": message, "text": message.body}
            for code, label, message in drawn
        ]
        return super().get_context_data(**kwargs, mails=shown)


@method_decorator(xframe_options_sameorigin, name="dispatch")
class SampleHtml(PermissionRequiredMixin, View):
    permission_required = "notifications.view_outbox"

    def get(self, request: HttpRequest, name: str, code: str) -> HttpResponse:
        if code not in HTML_LANG:
            raise Http404
        html = _drawn(name, code).alternatives[0].content
        if request.GET.get("look") == "dark":  # what a mail program of a dark screen takes from it
            html = html.replace("(prefers-color-scheme: dark)", "all")
        return HttpResponse(html, headers={"Content-Security-Policy": CLOSED})


def _drawn(name: str, code: str) -> Any:
    try:
        return mail(samples.sample(name, code))
    except TemplateDoesNotExist as error:
        raise Http404 from error
