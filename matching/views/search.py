"""The public search: one box over wishes and solutions, in any language."""

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
            longest=services.LONGEST,
            was_cut=len(self.request.GET.get("q", "").strip()) > services.LONGEST,
        )


def things(results) -> list[tuple[str, Wish | Solution]]:
    """The rows of a page, in the order of the results; as many queries for one as for twenty-five."""
    rows = {
        side: model.objects.public().for_cards().in_bulk([r.pk for r in results if r.side == side])
        for side, model in MODELS.items()
        if any(r.side == side for r in results)
    }
    found = [(r.side, rows[r.side][r.pk]) for r in results if r.pk in rows[r.side]]
    for side, thing in found:
        thing.excerpt = excerpt(thing.need or thing.outcome if side == "wish" else thing.summary)
    return found


def excerpt(text: Phrase, most: int = 240) -> Phrase:
    return text if len(text) <= most else Phrase(f"{text[:most].rstrip()}…", text.lang)
