from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from wishes.models import Call, CallQuerySet, Wish, WishQuerySet


class Atom(Feed):
    """Texts in the language of the address."""

    feed_type = Atom1Feed

    def item_title(self, item: Any) -> str:
        return f"{item.reference} {item.title}"

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at

    def item_updateddate(self, item: Any) -> Any:
        return item.updated_at

    def item_categories(self, item: Any) -> list[str]:
        return [str(phrase(one["name_en"], one["name_zh"])) for one in item.shown_topics]

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        feed = super().get_feed(obj, request)
        feed.feed["feed_url"] = request.build_absolute_uri(feed.feed["feed_url"])
        return feed


class OpenWishes(Atom):
    """The fifty wishes opened last."""

    title = _("InnoPortal: open wishes")
    subtitle = _("Problems for which public departments want new technology.")

    def link(self) -> str:
        return reverse("wishes:list")

    def feed_url(self) -> str:
        return reverse("wishes:feed")

    def items(self) -> WishQuerySet:
        return Wish.objects.filter(status=Wish.Status.OPEN).for_cards().order_by("-published_at", "-pk")[:50]

    def item_description(self, item: Any) -> str:
        return str(item.outcome or item.need)

    def item_author_name(self, item: Any) -> str:
        return str(item.organisation.name)


class PublicCalls(Atom):
    """The fifty calls published last."""

    title = _("InnoPortal: calls")
    subtitle = _("Rounds in which wishes of one theme, or one urgent need, look for solutions.")

    def link(self) -> str:
        return reverse("calls:list")

    def feed_url(self) -> str:
        return reverse("calls:feed")

    def items(self) -> CallQuerySet:
        return Call.objects.public().for_cards().order_by("-published_at", "-pk")[:50]

    def item_description(self, item: Any) -> str:
        return str(item.text)

    def item_author_name(self, item: Any) -> str:
        return str(item.organisation.name if item.organisation else _("Portal office"))
