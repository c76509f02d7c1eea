"""When a mail goes out: at once, with the next digest, or when the reader's quiet hours are over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from journal.models import Entry
from notifications.models import Notification, Preference, Rhythm
from notifications.waking import wake

BURST = 5  # mails at once within BURST_WITHIN after which what follows is gathered
BURST_WITHIN = timedelta(hours=1)
GATHERED_FOR = timedelta(minutes=30)
HELD = timedelta(minutes=10)  # an action on many things takes less


@dataclass(frozen=True)
class Plan:
    not_before: datetime
    gathered: bool  # with others into one mail


def plans(people: Iterable[int], why: str, *, urgent: bool, now: datetime) -> dict[int, Plan]:
    """When each of these people is mailed of one notice; who wants no mail of its kind is left out.

    What is urgent waits for nothing; a duty comes to who wants no mails, too.
    """
    ids = list(people)
    if why == "duty":
        return dict.fromkeys(ids, Plan(now, gathered=False))
    chosen = {row.user_id: row for row in Preference.objects.filter(user_id__in=ids)}
    found: dict[int, Plan] = {}
    at_once: dict[int, Preference] = {}
    for pk in ids:
        preference = chosen.get(pk) or Preference()
        rhythm = preference.rhythm_of(why)
        if urgent and rhythm != Rhythm.NEVER:
            found[pk] = Plan(now, gathered=False)
        elif rhythm == Rhythm.NOW:
            at_once[pk] = preference
        elif rhythm != Rhythm.NEVER:
            found[pk] = Plan(next_digest(preference, rhythm, now), gathered=True)
    busy = _busy(at_once, now)
    for pk, preference in at_once.items():
        found[pk] = Plan(after_quiet(preference, busy.get(pk, now)), gathered=pk in busy)
    return found


def held_together(planned: Mapping[int, Plan], now: datetime) -> dict[int, Plan]:
    """Of an action on many things: what would go at once waits for the others, until `release`.

    Where nobody releases it, because the action was cut off, it goes after a while with what had been done.
    """
    until = now + HELD
    return {
        pk: plan if plan.gathered else Plan(max(until, plan.not_before), gathered=True)
        for pk, plan in planned.items()
    }


def release(number: str) -> None:
    """All that the action of this number was to do is done: the mails about it may go."""
    now = timezone.now()
    entries = Entry.objects.filter(at__gte=now - BURST_WITHIN, details__action=number)
    rows = Notification.objects.waiting(urgent=True).filter(entry_id__in=entries.values("pk"))
    rows.filter(is_gathered=True, not_before__gt=now, not_before__lte=now + HELD).update(not_before=now)
    wake()


def _busy(people: Iterable[int], now: datetime) -> dict[int, datetime]:
    """Who had enough mails already, and when the next comes: a bulk publication is one mail, not hundreds."""
    since = now - BURST_WITHIN
    had = Notification.objects.filter(
        recipient_id__in=list(people), channel="email", created_at__gt=since, is_gathered=False
    )
    many = had.exclude(why="duty").values("recipient").annotate(n=Count("pk")).filter(n__gte=BURST)
    slot = GATHERED_FOR.total_seconds()
    at = datetime.fromtimestamp((now.timestamp() // slot + 1) * slot, UTC)
    return dict.fromkeys(many.values_list("recipient", flat=True), at)


def next_digest(preference: Preference, rhythm: str, now: datetime) -> datetime:
    """The next hour of the reader's choice, in the reader's time zone, that is not within quiet hours."""
    zone = ZoneInfo(preference.timezone)
    local = now.astimezone(zone)
    day = local.date()
    if rhythm == Rhythm.WEEKLY:
        day += timedelta(days=(preference.weekday - day.weekday()) % 7)
    at = datetime.combine(day, time(preference.hour), zone)
    if at.astimezone(UTC) <= now:
        at = datetime.combine(day + timedelta(days=7 if rhythm == Rhythm.WEEKLY else 1), at.time(), zone)
    return after_quiet(preference, at.astimezone(UTC))


def visitor_due(rhythm: str, now: datetime) -> datetime:
    """When a visitor's next digest goes, who has told no time zone and no hours."""
    return next_digest(Preference(), rhythm, now)


def after_quiet(preference: Preference, at: datetime) -> datetime:
    """The same time, or the end of the quiet hours in which it lies; these may pass midnight."""
    if preference.quiet is None:
        return at
    begin, end = preference.quiet
    zone = ZoneInfo(preference.timezone)
    local = at.astimezone(zone)
    clock = local.time()
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not is_quiet:
        return at
    over = datetime.combine(local.date(), end, zone)
    if end <= clock:
        over = datetime.combine(local.date() + timedelta(days=1), end, zone)
    return over.astimezone(UTC)


def replan(preference: Preference) -> int:
    """Move what waits to what its reader has chosen now; returns how many mails moved."""
    now, moved = timezone.now(), 0
    for why in ("follow", "search", "party", "announcement"):
        rows = Notification.objects.waiting().filter(recipient_id=preference.user_id, why=why)
        plan = plans([preference.user_id], why, urgent=False, now=now).get(preference.user_id)
        if plan is None:
            moved += rows.update(sent_at=now, last_error="not wanted any more")
        else:
            moved += rows.update(not_before=plan.not_before, is_gathered=plan.gathered)
    return moved
