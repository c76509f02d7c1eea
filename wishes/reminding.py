"""Who is reminded of a last day: its department to the end, who follows the wish a week and a day before."""

from datetime import timedelta
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery

from journal.clock import day_of, today
from journal.models import Entry
from notifications.outbox import FOLLOW, PARTY, followers, notify, party
from notifications.reminding import Deadline
from wishes.models import Wish

SETS_THE_DAY = Q(verb__in=("publish", "renew")) | Q(verb="edit", details__fields__contains=["closes_on"])


def last_days(ahead: int) -> list[Deadline]:
    """Of the open wishes that close within so many days; one query."""
    now = today()
    told = Entry.objects.filter(SETS_THE_DAY, noun="wishes.wish", object_id=OuterRef("pk"))
    latest = told.order_by().values("object_id").annotate(at=Max("at")).values("at")
    closing = Wish.objects.filter(
        status=Wish.Status.OPEN, closes_on__range=(now, now + timedelta(days=ahead))
    ).annotate(day_set_at=Subquery(latest))
    return [
        Deadline(wish, wish.closes_on, day_of(known))
        for wish in closing.order_by("closes_on", "pk")
        if wish.closes_on and (known := wish.day_set_at or wish.published_at)
    ]


def tell_owners(deadline: Deadline, entry: Entry, left: int) -> None:
    people = party(deadline.thing.organisation_id)
    notify(
        people,
        entry,
        "wishes/mail/expiry_due",
        thing=deadline.thing,
        why=PARTY,
        urgent=True,
        **_left(deadline, left),
    )


def tell_followers(deadline: Deadline, entry: Entry, left: int) -> None:
    """Not those of the department, who are told more often already."""
    owners = party(deadline.thing.organisation_id).values("pk")
    people = followers(deadline.thing).exclude(pk__in=owners)
    notify(
        people,
        entry,
        "wishes/mail/deadline",
        thing=deadline.thing,
        why=FOLLOW,
        urgent=True,
        **_left(deadline, left),
    )


def _left(deadline: Deadline, left: int) -> dict[str, Any]:
    return {"left": left, "last_day": deadline.due_on.isoformat()}
