"""Who is new on the portal, and whom the portal office has verified: an Atom feed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.lib.feeds import SHOWN, Atom
from journal.models import Entry
from solutions.models import Solution
from wishes.models import Wish

NEW, VERIFIED = "register", "verify"


@dataclass(frozen=True)
class News:
    """One thing that happened to an organisation."""

    organisation: Organisation
    verb: str
    at: datetime
    number: int  # of the journal's entry

    def get_absolute_url(self) -> str:
        return self.organisation.get_absolute_url()


def public() -> Any:
    """Those that stand, and are verified or show something: anyone can register a name."""
    shows = Q(Exists(Wish.objects.public().filter(organisation=OuterRef("pk")))) | Q(
        Exists(Solution.objects.public().filter(organisation=OuterRef("pk")))
    )
    return Organisation.objects.standing().filter(Q(is_confirmed=True) | shows)


def news() -> list[News]:
    """The newest first, in two queries; of a verification that was taken back nothing."""
    noun, shown = Organisation._meta.label_lower, public()
    told = Q(verb=NEW, object_id__in=shown.values("pk")) | Q(
        verb=VERIFIED, object_id__in=shown.filter(is_confirmed=True).values("pk")
    )
    entries = list(Entry.objects.filter(told, noun=noun).order_by("-at", "-pk")[:SHOWN])
    named = Organisation.objects.in_bulk({entry.object_id for entry in entries})
    return [News(named[entry.object_id], entry.verb, entry.at, entry.pk) for entry in entries]


class NewOrganisations(Atom):
    title = _("InnoPortal: organisations")
    subtitle = _("Who is new on the portal, and whom the portal office has verified.")

    def link(self) -> str:
        return reverse("home")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        return None

    def items(self, obj: None) -> list[News]:
        return news()

    def item_title(self, item: News) -> str:
        said = _("Verified: %(name)s") if item.verb == VERIFIED else _("New on the portal: %(name)s")
        return str(said % {"name": item.organisation.name})

    def item_description(self, item: News) -> str:
        return str(item.organisation.about or item.organisation.get_kind_display())

    def item_guid(self, item: News) -> str:
        """The page is the same for both that happen to it."""
        return f"{reverse('organisations-feed')}#{item.number}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: News) -> datetime:
        return item.at

    def item_updateddate(self, item: News) -> datetime:
        return item.at

    def item_author_name(self, item: News) -> str:
        return str(item.organisation.name)

    def item_categories(self, item: News) -> list[str]:
        return [str(item.organisation.get_kind_display())]


urlpatterns = [path("organisations/feed/", NewOrganisations(), name="organisations-feed")]
