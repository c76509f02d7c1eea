"""Atom feeds of lists: narrowed as the list is, in the language of the address, answered once."""

import hashlib
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, parse_http_date

from innoportal.languages import HTML_LANG, phrase

NOTHING = datetime(2026, 1, 1, tzinfo=UTC)  # when a feed without an entry was changed last
SHOWN = 50


class Generator(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Without an entry a fixed day: Django's "now" would make every answer a new one."""
        return super().latest_post_date() if self.items else NOTHING


class Atom(Feed):
    """A feed whose answer bears what a reader needs to ask again only for what is new (RFC 9110)."""

    feed_type = Generator
    is_private: ClassVar[bool] = False  # behind a secret address: kept by no cache that others share

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        changed = parse_http_date(response["Last-Modified"]) if response.has_header("Last-Modified") else None
        response["ETag"] = etag
        response["Last-Modified"] = http_date(changed or NOTHING.timestamp())
        if self.is_private:
            patch_cache_control(response, private=True)
            response["X-Robots-Tag"] = "noindex"
        found: Any = get_conditional_response(request, etag, changed, response)
        return found

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        feed = super().get_feed(obj, request)
        feed.feed["feed_url"] = request.build_absolute_uri(request.get_full_path())
        feed.feed["language"] = HTML_LANG.get(str(feed.feed["language"]), "en")
        return feed


class ListAtom(Atom):
    """The fifty newest of a public list, narrowed by the filters of the list's own address."""

    filterset_class: ClassVar[Any]

    def rows(self) -> Any:
        """What the list shows, newest first."""
        raise NotImplementedError

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = self.filterset_class(request.GET, queryset=self.rows(), request=request).qs
        return rows, request.GET.urlencode()

    def items(self, obj: Any) -> Any:
        return obj[0][:SHOWN]

    def address(self) -> str:
        """Of the list."""
        raise NotImplementedError

    def link(self, obj: Any) -> str:
        return f"{self.address()}?{obj[1]}" if obj[1] else self.address()

    def item_title(self, item: Any) -> str:
        return f"{item.reference} {item.title}"

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at

    def item_updateddate(self, item: Any) -> Any:
        return item.updated_at

    def item_categories(self, item: Any) -> list[str]:
        return [str(phrase(one["name_en"], one["name_zh"])) for one in item.shown_topics]
