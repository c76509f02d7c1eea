"""Who followed a thing when something happened: asked by the worker, so that who clicks waits for one row.

The moment is kept as the number of the newest follow there was. Who follows later has a greater number;
who has stopped meanwhile is not told. A follow that goes elsewhere, as to another account, keeps its number.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, Q, QuerySet

from journal.models import Entry
from notifications.models import Fanout, Follow
from notifications.models.notices import TOPIC, named
from notifications.reasons import Named, because, label_of


def labelled(things: Iterable[Any]) -> list[Named]:
    """Noun, key and name of each, the first the nearest to what happened; topics last, by number."""
    rows = [(thing._meta.label_lower, thing.pk, label_of(thing)) for thing in things]
    return sorted(rows, key=lambda one: one[1] if one[0] == TOPIC else -1)


def reasons(people: Collection[int], followed: Iterable[Named], *, of_visitors: bool) -> Mapping[int, Any]:
    """What of these each follows, as `because` says it, in one query."""
    followed = list(followed)
    if not followed or not people:
        return {}
    reader = "visitor_id" if of_visitors else "user_id"
    rows = Follow.objects.of_named(one[:2] for one in followed).filter(**{f"{reader}__in": people})
    return because(rows, reader, followed)


def leave(things: Iterable[Any], said: dict[str, Any], **how: bool) -> Fanout:
    """The one row that stands for a notice to all followers of these."""
    return Fanout.objects.create(
        entry_id=said["entry_id"],
        said=said,
        followed=labelled(things),
        newest_follow=Follow.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        **how,
    )


def follows_of(fanout: Fanout) -> QuerySet[Follow]:
    """Of those who are to be told, as they were at the time; not of who acted."""
    names = [one[:2] for one in fanout.followed]
    rows = Follow.objects.of_named(names).filter(pk__lte=fanout.newest_follow)
    if fanout.to_visitors:
        return rows.filter(visitor__isnull=False)
    actor = Entry.objects.filter(pk=fanout.entry_id).values_list("actor_id", flat=True).first()
    return rows.filter(user__is_active=True).exclude(Q(user=actor) if actor else Q(pk__in=[]))


def ask(fanout: Fanout) -> None:
    """Their keys into the row, once; they never leave the database."""
    reader = "visitor_id" if fanout.to_visitors else "user_id"
    keys = follows_of(fanout).order_by(reader).values(reader).distinct()
    Fanout.objects.unasked().filter(pk=fanout.pk).update(people=ArraySubquery(keys))
    fanout.refresh_from_db()


def settle(*things: Any) -> None:
    """Ask at once who is to be told of these: called before follows of them are deleted or moved."""
    wanted = Q(pk__in=[])
    for noun, key in named(*things):
        wanted |= Q(followed__contains=[[noun, key]])
    for fanout in Fanout.objects.unasked().filter(wanted).order_by("pk"):
        ask(fanout)
