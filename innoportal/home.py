"""The pages of the hall: the front page, a person's workspace, and what every site says of itself."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.roles import is_auditor, is_engineer, is_expert, is_office, is_requester, is_vendor, is_verifier
from innoportal.home_counts import counts
from trials.models import Report
from wishes.models import Wish


def to_reader_language(request: HttpRequest) -> HttpResponse:
    """`/` goes to the language that the person chose, or that the browser asks for."""
    language = translation.get_language_from_request(request)
    response = HttpResponseRedirect(f"/{language}/")
    response["Vary"] = "Accept-Language, Cookie"
    return response


class Home(TemplateView):
    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            counts=counts(),
            wishes=Wish.objects.filter(status=Wish.Status.OPEN).for_cards().order_by("-published_at")[:4],
            reports=Report.objects.filter(status=Report.Status.PUBLISHED)
            .for_cards()
            .order_by("-published_at")[:3],
        )


class Page(TemplateView):
    """A text page: `templates/pages/<page>.html`."""

    page: ClassVar[str] = ""

    def get_template_names(self) -> list[str]:
        return [f"pages/{self.page}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, contact=settings.CONTACT)


class Workspace(LoginRequiredMixin, TemplateView):
    """What waits for this person, by room; each piece is loaded from its room's own address."""

    template_name = "workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        sees_all = is_office(user) or is_auditor(user) or user.is_superuser
        requester, vendor = is_requester(user), is_vendor(user)
        pieces = [
            (_("Wishes"), "wishes:workspace", requester or sees_all),
            (_("Solutions"), "solutions:workspace", vendor or sees_all),
            (_("Matches"), "matching:workspace", requester or vendor or sees_all or is_expert(user)),
            (
                _("Trials and reports"),
                "trials:workspace",
                requester or vendor or sees_all or is_engineer(user) or is_verifier(user),
            ),
            (_("Files in quarantine"), "documents:quarantine", sees_all),
        ]
        actions = [
            (_("Write a wish"), "wishes:create", requester),
            (_("Offer a solution"), "solutions:create", vendor),
        ]
        return super().get_context_data(
            **kwargs,
            pieces=[{"label": label, "url": reverse(name)} for label, name, shown in pieces if shown],
            actions=[{"label": label, "url": reverse(name)} for label, name, shown in actions if shown],
        )


def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /api/",
        "Disallow: /*/account/",
        "Disallow: /*/workspace/",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116."""
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        "Preferred-Languages: en, zh-Hant, zh-Hans",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
