from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.lib.feeds import ListAtom
from solutions.filters import SolutionFilter
from solutions.models import Solution, SolutionQuerySet


class PublicSolutions(ListAtom):
    title = _("InnoPortal: solutions")
    subtitle = _("Technology that vendors offer for trial on government premises.")
    filterset_class = SolutionFilter

    def address(self) -> str:
        return reverse("solutions:list")

    def rows(self) -> SolutionQuerySet:
        return Solution.objects.public().for_cards().order_by("-listed_at", "-pk")

    def item_description(self, item: Any) -> str:
        return str(item.summary)

    def item_pubdate(self, item: Any) -> Any:
        return item.listed_at

    def item_author_name(self, item: Any) -> str:
        return str(item.organisation.name)
