"""What a wish tells in a story of several rooms."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from innoportal.lib.story import Story
from journal.models import Entry
from wishes.models import Wish
from wishes.page import is_inside
from wishes.timeline import timeline


def concerning(user: User) -> QuerySet[Wish]:
    return Wish.objects.filter(organisation__in=list(user.membership_roles))


def tell(entry: Entry, wish: Any, reader: Any) -> dict[str, Any] | None:
    return next(iter(timeline([entry], inside=is_inside(reader, wish))), None)


STORY = Story("wish", _("Wishes"), Wish, concerning, tell)
