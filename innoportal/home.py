"""The pages of the hall: the front page, a person's workspace, and what every site says of itself."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.views.generic import TemplateView

from innoportal.home_counts import counts
from trials.models import Report
from wishes.models import Wish


def to_reader_language(request: HttpRequest, page: str = "") -> HttpResponse:
    """`/` goes to the language that the person chose, or that the browser asks for; `page` is below it."""
    language = translation.get_language_from_request(request)
    response = HttpResponseRedirect(f"/{language}/{page}")
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


def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /api/",
        "Disallow: /*/account/",
        "Allow: /*/account/organisations/",  # the longer rule counts (RFC 9309)
        "Disallow: /*/workspace/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
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
