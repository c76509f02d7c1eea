"""The days of wishes and calls as calendars; what was taken back is cancelled, by its number alone."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from innoportal.lib.calendars import Day, Revision, answer, revisions
from wishes.filters import CallFilter, WishFilter
from wishes.models import Call, Wish

TOLD = timedelta(days=366)  # days that have passed longer ago are left out
LONGEST = 1000  # things


def days_of_wishes(wishes: Iterable[Wish]) -> list[Day]:
    """Last days for proposals and for questions."""
    rows = list(wishes)
    known = revisions(Wish, [wish.pk for wish in rows])
    return [day for wish in rows for day in _of_wish(wish, known.get(wish.pk, Revision()))]


def _of_wish(wish: Wish, revision: Revision) -> Iterable[Day]:
    gone = not wish.is_public
    title = wish.reference if gone else f"{wish.reference} {wish.title}"
    url = "" if gone else wish.get_absolute_url()
    told: dict[str, Any] = {"url": url, "revision": revision, "is_cancelled": gone}
    if wish.closes_on:
        text = _("Proposals are taken until the end of this day in Hong Kong.")
        yield Day(
            f"{wish.reference} closes", wish.closes_on, _("Proposals until: %s") % title, text=text, **told
        )
    if wish.questions_until:
        yield Day(
            f"{wish.reference} questions", wish.questions_until, _("Questions until: %s") % title, **told
        )


def days_of_calls(calls: Iterable[Call]) -> list[Day]:
    rows = list(calls)
    known = revisions(Call, [call.pk for call in rows])
    found = []
    for call in rows:
        gone = not call.is_public
        title = call.reference if gone else f"{call.reference} {call.title}"
        told: dict[str, Any] = {
            "url": "" if gone else call.get_absolute_url(),
            "revision": known.get(call.pk, Revision()),
            "is_cancelled": gone,
        }
        found.append(Day(f"{call.reference} opens", call.opens_on, _("Call opens: %s") % title, **told))
        found.append(Day(f"{call.reference} closes", call.closes_on, _("Call closes: %s") % title, **told))
    return found


def known_wishes():
    """Public ones, and those that were and are taken back: a calendar that has them must hear of it."""
    S = Wish.Status
    gone = Q(status__in=(S.WITHDRAWN, S.MERGED), reference__isnull=False)
    rows = Wish.objects.filter(Q(status__in=Wish.PUBLIC) | gone)
    since = timezone.localdate() - TOLD
    return rows.filter(Q(closes_on__gte=since) | Q(questions_until__gte=since)).order_by(
        "-published_at", "-pk"
    )


def known_calls():
    rows = Call.objects.filter(
        Q(status__in=Call.PUBLIC) | Q(status=Call.Status.WITHDRAWN, reference__isnull=False)
    )
    return rows.filter(closes_on__gte=timezone.localdate() - TOLD).order_by("-published_at", "-pk")


def wishes(request: HttpRequest) -> HttpResponse:
    """Narrowed as the list is."""
    rows = WishFilter(request.GET, queryset=known_wishes(), request=request).qs[:LONGEST]
    return answer(request, _("InnoPortal: wishes"), days_of_wishes(rows))


def calls(request: HttpRequest) -> HttpResponse:
    rows = CallFilter(request.GET, queryset=known_calls(), request=request).qs[:LONGEST]
    return answer(request, _("InnoPortal: calls"), days_of_calls(rows))


def call(request: HttpRequest, slug: str) -> HttpResponse:
    """One call and its wishes."""
    found = get_object_or_404(known_calls().addressed(slug))
    days = days_of_calls([found])
    if found.is_public:
        days += days_of_wishes(known_wishes().filter(call=found)[:LONGEST])
    return answer(request, _("InnoPortal: %(name)s") % {"name": found.reference}, days)
