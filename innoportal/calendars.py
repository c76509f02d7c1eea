"""A person's own calendar, under a secret address: what waits for them by its day, and what they follow."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.calendars import Day, Revision, answer, revisions
from innoportal.lib.work import Row
from innoportal.workspace import WORK
from notifications.mails import localised_url
from notifications.models import Follow, Preference
from trials.calendars import days_of_dues, days_of_trials, known_trials
from wishes.calendars import days_of_calls, days_of_wishes, known_calls, known_wishes


def personal(request: HttpRequest, token: str) -> HttpResponse:
    found = (
        Preference.objects.filter(calendar_token=token, user__is_active=True).select_related("user").first()
    )
    if found is None:
        raise Http404
    days = [*duties(found.user), *days_of_dues(found.user), *followed(found.user)]
    return answer(request, _("InnoPortal: my days"), days, private=True)


def duties(user: User) -> Iterator[Day]:
    """What the workspace shows with a day; what is done leaves both."""
    rows = [row for work in WORK for row in work(user) if row.mine and row.day]
    known = {noun: revisions(noun, keys, verbs=None) for noun, keys in _keys(rows).items()}
    for row in rows:
        thing = row.thing
        revision = known[type(thing)].get(thing.pk, Revision()) if thing is not None else Revision()
        step = row.due.step if row.due else "day"
        name = f"{user.pk} {step} {localised_url(row.url, 'en')}"  # the words of the task are of one language
        if row.day is not None:
            yield Day(
                name, row.day, f"{row.task}: {row.title}", url=row.url, text=str(row.note), revision=revision
            )


def _keys(rows: list[Row]) -> dict[Any, set[int]]:
    found: dict[Any, set[int]] = {}
    for row in rows:
        if row.thing is not None:
            found.setdefault(type(row.thing), set()).add(row.thing.pk)
    return found


def followed(user: User) -> list[Day]:
    """Of public things that this person follows."""
    follows: dict[str, list[int]] = {}
    for noun, key in Follow.objects.filter(user=user, topic=None).values_list("noun", "object_id"):
        follows.setdefault(noun, []).append(key or 0)
    return [
        *days_of_wishes(known_wishes().filter(pk__in=follows.get("wishes.wish", []))),
        *days_of_calls(known_calls().filter(pk__in=follows.get("wishes.call", []))),
        *days_of_trials(known_trials().filter(pk__in=follows.get("trials.trial", []))),
    ]


urlpatterns = [path("calendar/<str:token>/my-days.ics", personal, name="personal-calendar")]
