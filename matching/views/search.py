"""The public search: one box over wishes and solutions, in any language."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from innoportal.languages import Phrase
from innoportal.lib.views import PartialMixin
from matching import services
from matching.forms import SIDES, SearchForm
from solutions.models import Solution
from wishes.models import Wish

PER_PAGE = 25
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}
TOLD = ("key", "reference", "status", "title_en", "title_zh")
READ = {
    "wish": ("need_en", "need_zh", "outcome_en", "outcome_zh"),
    "solution": ("summary_en", "summary_zh"),
}


class Search(PartialMixin, TemplateView):
    template_name = "matching/search.html"
    partial = "results"

    def get_context_data(self, **kwargs):
        form = SearchForm(self.request.GET)
        text, side = form.asked()
        results = services.search(text, side=side or None, user=self.request.user) if text else []
        page = Paginator(results, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            **kwargs,
            text=text,
            side=side,
            sides=SIDES,
            page_obj=page,
            found=things(page.object_list),
            places=services.places(text, self.request.user) if text and page.number == 1 else [],
            longest=services.LONGEST,
            was_cut=len(self.request.GET.get("q", "").strip()) > services.LONGEST,
        )


def things(results) -> list[tuple[str, Wish | Solution]]:
    """The rows of a page, in the order of the results; as many queries for one as for twenty-five."""
    found = in_order(results, _for_cards)
    for side, thing in found:
        thing.excerpt = excerpt(thing.need or thing.outcome if side == "wish" else thing.summary)
    return found


def in_order(results, rows_of: Callable[[str], Any]) -> list[tuple[str, Any]]:
    rows = {
        side: rows_of(side).in_bulk([r.pk for r in results if r.side == side])
        for side in MODELS
        if any(r.side == side for r in results)
    }
    return [(r.side, rows[r.side][r.pk]) for r in results if r.pk in rows[r.side]]


@cache
def _for_cards(side: str) -> Any:
    """Of a dozen long texts a card reads one or two.

    Never read itself: others are narrowed from it, which is less work than to put each together.
    """
    rows = MODELS[side].objects.public().for_cards()
    return rows.only(*TOLD, *READ[side], "organisation__name_en", "organisation__name_zh")


def excerpt(text: Phrase, most: int = 240) -> Phrase:
    return text if len(text) <= most else Phrase(f"{text[:most].rstrip()}…", text.lang)
