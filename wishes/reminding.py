"""Who is reminded of a last day: its department to the end, who follows the wish a week and a day before."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from journal.models import Entry
from notifications.outbox import FOLLOW, PARTY, followers, notify, party
from notifications.reminding import MARKS, Deadline, remind
from wishes.models import Wish

EXPIRY, DEADLINE = "expiry", "deadline"
FOLLOWERS_MARKS = (7, 1)
SETS_THE_DAY = Q(verb__in=("publish", "renew")) | Q(verb="edit", details__fields__contains=["closes_on"])


def remind_of_last_days() -> int:
    """Tell of every open wish whose mark has come; returns how many reminders went out."""
    deadlines = last_days(timezone.localdate())
    return remind(EXPIRY, deadlines, MARKS, _tell_owners) + remind(
        DEADLINE, deadlines, FOLLOWERS_MARKS, _tell_followers
    )


def last_days(today: date) -> list[Deadline]:
    """Of the open wishes that close in two weeks or sooner; one query."""
    told = Entry.objects.filter(SETS_THE_DAY, noun="wishes.wish", object_id=OuterRef("pk"))
    latest = told.order_by().values("object_id").annotate(at=Max("at")).values("at")
    closing = Wish.objects.filter(
        status=Wish.Status.OPEN, closes_on__range=(today, today + timedelta(days=max(MARKS)))
    ).annotate(day_set_at=Subquery(latest))
    return [
        Deadline(wish, wish.closes_on, timezone.localdate(wish.day_set_at or wish.published_at))
        for wish in closing.order_by("closes_on", "pk")
        if wish.closes_on
    ]


def _tell_owners(deadline: Deadline, entry: Entry, left: int) -> None:
    people = party(deadline.thing.organisation_id)
    notify(people, entry, "wishes/mail/expiry_due", thing=deadline.thing, why=PARTY, **_left(deadline, left))


def _tell_followers(deadline: Deadline, entry: Entry, left: int) -> None:
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
