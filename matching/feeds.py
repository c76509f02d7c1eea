"""What a saved search has brought, under an address that its owner has made and can take back."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from innoportal.lib.feeds import SHOWN, Atom
from matching.models import Found, SavedSearch
from matching.services.arriving import things_of


class SearchFeed(Atom):
    is_private = True

    def get_object(self, request: HttpRequest, token: str) -> SavedSearch:  # type: ignore[override]
        found = SavedSearch.objects.awake().filter(feed_token=token).first()
        if found is None:
            raise Http404
        return found

    def title(self, obj: SavedSearch) -> str:
        return _("InnoPortal: %(name)s") % {"name": obj.name}

    def subtitle(self, obj: SavedSearch) -> str:
        return _("What your saved search has found.")

    def link(self, obj: SavedSearch) -> str:
        return obj.get_absolute_url()

    def feed_url(self, obj: SavedSearch) -> str:
        return reverse("search:feed", args=[obj.feed_token])

    def items(self, obj: SavedSearch) -> list[tuple[Any, Any]]:
        rows = Found.objects.filter(search=obj).select_related("arrival").order_by("-at", "-pk")
        arrivals = [row.arrival for row in rows.defer("arrival__record", "arrival__said")[:SHOWN]]
        things = things_of(arrivals)
        return [(row, things[row.pk]) for row in arrivals if row.pk in things]

    def item_title(self, item: tuple[Any, Any]) -> str:
        return f"{item[1].reference} {item[1].title}"

    def item_description(self, item: tuple[Any, Any]) -> str:
        return str(item[1].title)

    def item_link(self, item: tuple[Any, Any]) -> str:
        return str(item[1].get_absolute_url())

    def item_pubdate(self, item: tuple[Any, Any]) -> Any:
        return item[0].at

    def item_updateddate(self, item: tuple[Any, Any]) -> Any:
        return item[0].at

    def item_author_name(self, item: tuple[Any, Any]) -> str:
        return "InnoPortal"

    def item_categories(self, item: tuple[Any, Any]) -> list[str]:
        return [item[0].kind]
