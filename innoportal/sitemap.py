"""What search engines may list: every public page in its three languages, with its last change.

Of `django.contrib.sitemaps` the sections and their pages are used, not its two views: these read all rows for
each page, draw each address twelve times, and name the host that a request names.
"""

import hashlib
import zlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import x_robots_tag
from django.core.cache import cache
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import Count, DateTimeField, F, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from innoportal.languages import HTML_LANG
from innoportal.organisation_feed import public as public_organisations
from journal.models import Entry
from solutions.models import Solution
from topics.models import Topic
from trials.models import Report, Trial
from wishes.models import Call, Wish

KEPT = 24 * 3600  # seconds that a drawn sitemap is kept; its key is what it says, so it is never out of date
FRESH = 15 * 60  # seconds in which a search engine need not ask again
ENGLISH = "/en/"
PAGES = (
    *("home", "about", "accessibility", "privacy", "keys", "api-docs", "topics:list"),
    *("wishes:list", "calls:list", "solutions:list", "search:search"),
    *("trials:list", "trials:venues", "trials:reports", "trials:ladder", "trials:verify", "trials:keys"),
)


class Things(Sitemap):
    """Of one noun: rows of what stands in the address and the time of the last change, or None."""

    limit = 5000  # things of one file, which has an address for each language

    def __init__(self, view: str, rows: QuerySet[Any]) -> None:
        self.view, self.rows = view, rows

    def items(self) -> Any:
        return self.rows.order_by("pk").values_list("slug_shown", "changed")

    def location(self, item: Any) -> str:
        return reverse(self.view, args=[item[0]])

    def lastmod(self, item: Any) -> Any:
        return item[1]

    def measured(self) -> tuple[int, Any]:
        """How many files it has, and the last change of all; one query."""
        found = self.rows.aggregate(count=Count("pk"), latest=Max("changed"))
        return -(-found["count"] // self.limit), found["latest"]


class Static(Things):
    def __init__(self) -> None:
        pass

    def items(self) -> Any:
        return [(name, None) for name in PAGES]

    def location(self, item: Any) -> str:
        return reverse(item[0])

    def measured(self) -> tuple[int, Any]:
        return 1, None


def _numbered(view: str, rows: QuerySet[Any], changed: Any) -> Things:
    return Things(view, rows.annotate(slug_shown=Coalesce("reference", "key"), changed=changed))


def _named(view: str, rows: QuerySet[Any]) -> Things:
    unknown = Value(None, output_field=DateTimeField())
    return Things(view, rows.annotate(slug_shown=F("slug"), changed=unknown))


def _trials() -> Things:
    """Everyone reads in which state a trial is; that changed last when its journal says so."""
    moves = Entry.objects.filter(noun=Trial._meta.label_lower, object_id=OuterRef("pk")).exclude(to_status="")
    moved = Subquery(moves.order_by("-at").values("at")[:1])
    rows = Trial.objects.visible_to(ANYONE)
    return _numbered("trials:detail", rows, Coalesce(moved, "plan_locked_at"))


ANYONE = AnonymousUser()
SECTIONS: dict[str, Callable[[], Things]] = {
    "pages": Static,
    "topics": lambda: _named("topics:detail", Topic.objects.all()),
    "organisations": lambda: _named("people:organisation", public_organisations()),
    "wishes": lambda: _numbered("wishes:detail", Wish.objects.visible_to(ANYONE), F("updated_at")),
    "calls": lambda: _numbered("calls:detail", Call.objects.visible_to(ANYONE), F("updated_at")),
    "solutions": lambda: _numbered("solutions:detail", Solution.objects.visible_to(ANYONE), F("updated_at")),
    "trials": _trials,
    # What was replaced or withdrawn can be read, but nobody should come upon it first.
    "reports": lambda: _numbered(
        "trials:report",
        Report.objects.visible_to(ANYONE).filter(status=Report.Status.PUBLISHED),
        F("published_at"),
    ),
}


@require_safe
@x_robots_tag
@cache_control(public=True, max_age=FRESH)
def index(request: HttpRequest) -> HttpResponse:
    """The files of all sections; one query for each noun."""
    files = []
    for name, section in SECTIONS.items():
        count, latest = section().measured()
        address = settings.SITE_URL + reverse("sitemap-section", args=[name])
        for page in range(1, count + 1):
            files.append({"location": f"{address}?p={page}" if page > 1 else address, "last_mod": latest})
    return _answer(render_to_string("sitemap_index.xml", {"sitemaps": files}))


@require_safe
@x_robots_tag
@cache_control(public=True, max_age=FRESH)
def section(request: HttpRequest, name: str) -> HttpResponse:
    """Drawn when its rows are other ones than last time; :raises Http404: no such section or page."""
    if name not in SECTIONS:
        raise Http404
    things = SECTIONS[name]()
    try:
        rows = list(things.paginator.page(request.GET.get("p", 1)).object_list)
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404 from error
    key = f"sitemap:{name}:{hashlib.sha256(repr((settings.SITE_URL, rows)).encode()).hexdigest()}"
    held = cache.get(key)
    if held is None:
        held = zlib.compress(drawn(things, rows).encode(), 1)
        cache.set(key, held, KEPT)
    return _answer(zlib.decompress(held).decode())


def drawn(things: Things, rows: list[Any]) -> str:
    with override("en"):
        places = [(things.location(row).removeprefix(ENGLISH), things.lastmod(row)) for row in rows]
    return render_to_string("sitemap.xml", {"things": [_thing(place, changed) for place, changed in places]})


def _thing(place: str, changed: Any) -> dict[str, Any]:
    """Its addresses, and what each of them says of all."""
    addresses = [(lang, f"{settings.SITE_URL}/{code}/{place}") for code, lang in HTML_LANG.items()]
    return {
        "changed": changed.date().isoformat() if changed else "",
        "addresses": [address for _lang, address in addresses],
        "alternates": format_html_join(
            "", '<xhtml:link rel="alternate" hreflang="{}" href="{}"/>', addresses
        ),
    }


def _answer(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


urlpatterns = [
    path("sitemap.xml", index, name="sitemap"),
    path("sitemap-<slug:name>.xml", section, name="sitemap-section"),
]
