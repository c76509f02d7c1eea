from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from trials.models import Report, ReportQuerySet


class PublishedReports(Feed):
    """The fifty reports published last, in the language of the address."""

    feed_type = Atom1Feed
    title = _("InnoPortal: trial reports")
    subtitle = _("What was tried on site, and how it came out.")

    def link(self) -> str:
        return reverse("trials:reports")

    def feed_url(self) -> str:
        return reverse("trials:feed")

    def items(self) -> ReportQuerySet:
        published = Report.objects.filter(status=Report.Status.PUBLISHED)
        return published.for_cards().order_by("-published_at", "-pk")[:50]

    def item_title(self, item: Any) -> str:
        return f"{item.reference} {item.title}: {item.get_verdict_display()}"

    def item_description(self, item: Any) -> str:
        return str(item.lead)

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at

    def item_updateddate(self, item: Any) -> Any:
        return item.published_at

    def item_author_name(self, item: Any) -> str:
        return phrase(item.shown_wish["name_en"], item.shown_wish["name_zh"])

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        feed = super().get_feed(obj, request)
        feed.feed["feed_url"] = request.build_absolute_uri(feed.feed["feed_url"])
        return feed
