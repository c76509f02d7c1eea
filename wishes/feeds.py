from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.lib.feeds import ListAtom
from wishes.filters import CallFilter, WishFilter
from wishes.models import Call, CallQuerySet, Wish, WishQuerySet


class PublicWishes(ListAtom):
    title = _("InnoPortal: wishes")
    subtitle = _("Problems for which public departments want new technology.")
    filterset_class = WishFilter

    def address(self) -> str:
        return reverse("wishes:list")

    def rows(self) -> WishQuerySet:
        return Wish.objects.public().for_cards().order_by("-published_at", "-pk")

    def item_description(self, item: Any) -> str:
        return str(item.outcome or item.need)

    def item_author_name(self, item: Any) -> str:
        return str(item.organisation.name)


class PublicCalls(ListAtom):
    title = _("InnoPortal: calls")
    subtitle = _("Rounds in which wishes of one theme, or one urgent need, look for solutions.")
    filterset_class = CallFilter

    def address(self) -> str:
        return reverse("calls:list")

    def rows(self) -> CallQuerySet:
        return Call.objects.public().for_cards().order_by("-published_at", "-pk")

    def item_description(self, item: Any) -> str:
        return str(item.text)

    def item_author_name(self, item: Any) -> str:
        return str(item.organisation.name if item.organisation else _("Portal office"))
