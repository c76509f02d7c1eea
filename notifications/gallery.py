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
from notifications.letters import samples as letters
from notifications.mails import mail, read
from notifications.models import Wording
from notifications.texts import words
from notifications.texts.drawing import in_force, with_drafts

# A mail is shown as a document of its own: no script, no form, no network.
CLOSED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
ROOMS = {
    "documents": _("Files"),
    "matching": _("Matches"),
    "notifications": _("Notices"),
    "solutions": _("Solutions"),
    "trials": _("Trials and reports"),
    "wishes": _("Wishes"),
    "account": _("Signing up and signing in"),
    "accounts": _("Invitations to join an organisation"),
}
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]


class Gallery(PermissionRequiredMixin, TemplateView):
    permission_required = "notifications.view_outbox"
    template_name = "notifications/gallery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        language = get_language() or "en"
        rooms: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
        names = samples.names()
        worded = in_force([samples.template_of(name) for name in names], language)
        own = set(Wording.objects.in_force().values_list("template", flat=True))
        for name in names:
            notice = samples.sample(name, language)
            rooms[room_of(name)].append(
                (name, read(notice, language, worded).subject, notice.template in own)
            )
        for name in letters.names():
            rooms[room_of(name)].append((name, str(letters.sample(name, language).subject), False))
        return super().get_context_data(**kwargs, rooms=dict(rooms))


def room_of(name: str) -> str:
    room = name.partition(".")[0]
    return str(ROOMS.get(room, room))


class Sample(PermissionRequiredMixin, TemplateView):
    """One mail in the three languages, with its text part."""

    permission_required = "notifications.view_outbox"
    template_name = "notifications/sample.html"

    is_draft = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name, is_letter = kwargs["name"], kwargs["name"] in letters.names()
        if is_letter and self.is_draft:  # the office words none of them
            raise Http404
        drawn = [(code, label, drawn_mail(name, code, is_draft=self.is_draft)) for code, label in LANGUAGES]
        shown = [
            {"code": code, "lang": HTML_LANG[code], "label": label, "mail": message, "text": message.body}
            for code, label, message in drawn
        ]
        subjects = {one["code"]: one["mail"].subject for one in shown}
        may_act = not is_letter and self.request.user.has_perm("notifications.manage_outbox")
        return super().get_context_data(
            **kwargs,
            mails=shown,
            subject=subjects[get_language() or "en"],
            may_act=may_act,
            is_draft=self.is_draft,
            **({} if is_letter else words.state_of(name)),
        )


@method_decorator(xframe_options_sameorigin, name="dispatch")
class SampleHtml(PermissionRequiredMixin, View):
    permission_required = "notifications.view_outbox"

    def get(self, request: HttpRequest, name: str, code: str) -> HttpResponse:
        if code not in HTML_LANG:
            raise Http404
        html = drawn_mail(name, code, is_draft="draft" in request.GET).alternatives[0].content
        if request.GET.get("look") == "dark":  # what a mail program of a dark screen takes from it
            html = html.replace("(prefers-color-scheme: dark)", "all")
        return HttpResponse(html, headers={"Content-Security-Policy": CLOSED})


def drawn_mail(name: str, code: str, *, is_draft: bool) -> Any:
    """
    :raises Http404: there is no mail of this name.
    """
    if name in letters.names():
        return letters.sample(name, code)
    try:
        notice = samples.sample(name, code)
    except TemplateDoesNotExist as error:
        raise Http404 from error
    return mail(notice, (with_drafts if is_draft else in_force)([notice.template], code))
