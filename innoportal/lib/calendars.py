"""Calendars that other programs subscribe to (RFC 5545): days of things, told again when they change.

A day is a date and no time: it is the same day for who reads it in another time zone, and the portal's days
end at midnight in its own, which the calendar names.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from icalendar import Calendar, Event

from journal.models import Entry

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)  # of what the journal says nothing
# What moves a day or takes it away; of everything else a subscriber need not hear.
MOVING = frozenset(
    {"publish", "announce", "edit", "renew", "extend", "withdraw", "merge", "lock", "start", "finish", "stop"}
)
AGAIN = timedelta(hours=6)  # after which a program should ask again


@dataclass(frozen=True)
class Revision:
    """When a thing was changed last, which makes its days newer than their older copies."""

    at: datetime = BEGINNING

    @property
    def number(self) -> int:
        """Ever higher. Seconds and no count: how often something was edited is its department's business."""
        return max(0, int((self.at - BEGINNING).total_seconds()))


@dataclass(frozen=True)
class Day:
    """One day, or several from the first to the last."""

    name: str  # the same for ever, of no other day: "W-2026-0042 closes"
    on: date
    summary: str
    url: str = ""
    text: str = ""
    last: date | None = None
    revision: Revision = Revision()
    is_cancelled: bool = False


def revisions(
    model: Any, keys: Iterable[int], verbs: Collection[str] | None = MOVING
) -> Mapping[int, Revision]:
    """Of things of one noun, in one query; without `verbs` by whatever happened to them."""
    rows = Entry.objects.filter(noun=model._meta.label_lower, object_id__in=list(keys))
    rows = rows if verbs is None else rows.filter(verb__in=verbs)
    found = rows.order_by().values_list("object_id").annotate(last=Max("at"))
    return {key: Revision(at) for key, at in found}


def drawn(name: str, days: Sequence[Day]) -> bytes:
    """The calendar as a file, the same for the same days."""
    calendar = Calendar()
    calendar.add("prodid", "-//InnoPortal//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{AGAIN.total_seconds() / 3600:.0f}H")
    for day in sorted(days, key=lambda one: (one.on, one.name)):
        calendar.add_component(_event(day))
    found: bytes = calendar.to_ical()
    return found


def _event(day: Day) -> Event:
    event, host = Event(), urlsplit(settings.SITE_URL).hostname
    event.add("uid", f"{hashlib.sha256(day.name.encode()).hexdigest()[:32]}@{host}")
    event.add("dtstamp", day.revision.at.astimezone(UTC))
    event.add("last-modified", day.revision.at.astimezone(UTC))
    event.add("sequence", day.revision.number)
    event.add("dtstart", day.on)
    event.add("dtend", (day.last or day.on) + timedelta(days=1))  # the first day after it
    event.add("summary", day.summary)
    if day.text:
        event.add("description", day.text)
    if day.url:
        event.add("url", settings.SITE_URL + day.url)
    event.add("status", "CANCELLED" if day.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a last day keeps nobody busy
    return event


def answer(request: HttpRequest, name: str, days: Sequence[Day], *, private: bool = False) -> HttpResponse:
    """The file, or 304 for a program that has it."""
    body = drawn(name, days)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="innoportal.ics"'
    response["ETag"] = etag
    if private:
        patch_cache_control(response, private=True)
        response["X-Robots-Tag"] = "noindex"
    found: Any = get_conditional_response(request, etag, None, response)
    return found
