"""The life of a call: row, journal entry and who is told, at once. `by=None` is the portal itself."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from journal.clock import day_of, today
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, FOLLOW, PARTY, followers, notify, party
from notifications.reminding import Deadline
from topics.models import Topic
from wishes import services
from wishes.models import Call, Wish
from wishes.workflow import CALLS, WORKFLOW


@transaction.atomic
def create(*, by: User, topics: Iterable[Topic] = (), **fields: Any) -> Call:
    """Begin a call, which only the portal office and its own department can read."""
    call = Call.objects.create(created_by=by, **fields)
    call.topics.set(topics)
    record(call, "create", by=by)
    return call


@transaction.atomic
def update(call: Call, *, by: User, **fields: Any) -> Entry:
    """Change a call that has not opened.

    :raises IllegalTransition: it is open or over; vendors rely on what it says.
    """
    topics = fields.pop("topics", None)
    held = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if not held.is_editable:
        raise IllegalTransition(_("It has opened, so vendors rely on what it says."))
    names = sorted(name for name, value in fields.items() if getattr(held, name) != value)
    Call.objects.filter(pk=call.pk).update(**fields, updated_at=timezone.now())
    if topics is not None:
        call.topics.set(topics)
    for name, value in fields.items():
        setattr(call, name, value)
    return record(call, "edit", by=by, details={"fields": names})


@transaction.atomic
def submit(call: Call, *, by: User) -> Entry:
    """A department asks the portal office to publish its rapid call today."""
    _check_days(call)
    entry = CALLS["submit"].apply(call, by=by)
    _notify(User.objects.with_role(Role.OFFICE), entry, "call_submitted", call, DUTY)
    return entry


@transaction.atomic
def return_(call: Call, *, by: User, reason: str) -> Entry:
    entry = CALLS["return"].apply(call, by=by, reason=reason)
    _notify(party(call.organisation_id or 0), entry, "call_returned", call, DUTY)
    return entry


@transaction.atomic
def publish(call: Call, *, by: User) -> Entry:
    """Put it on the public pages under a number; a rapid one, and one whose day has come, opens at once.

    :raises ValidationError: its last day has passed, or a rapid one does not say what is needed.
    """
    _check_days(call)
    now = today()
    changes: dict[str, Any] = {"reference": next_reference("C"), "published_at": timezone.now()}
    if call.is_rapid:
        if not (call.text_en or call.text_zh):
            raise ValidationError({"text_en": _("Say what the need is.")})
        changes["opens_on"] = now
    entry = CALLS["publish"].apply(call, by=by, **changes)
    if call.opens_on <= now:
        open_(call, by=by)
    else:
        _notify(_interested(call), entry, "call_announced", call, FOLLOW)
    return entry


@transaction.atomic
def open_(call: Call, *, by: User | None) -> Entry:
    """Its first day has come, or the office opens it early; the need of a rapid one becomes a public wish."""
    now = today()
    changes: dict[str, Any] = {"opens_on": now} if call.opens_on > now else {}
    entry = CALLS["open"].apply(call, by=by, **changes)
    if call.is_rapid and not call.wishes.exists():
        services.announce(_wish_of(call), by=by)
    _notify(_interested(call), entry, "call_open", call, FOLLOW)
    return entry


def _wish_of(call: Call) -> Wish:
    """What a rapid call asks for, as the wish that solutions answer and the engine scores."""
    if call.organisation is None:  # the database holds that too
        raise ValidationError({"organisation": _("Say whose need it is.")})
    texts = {f"title_{one}": getattr(call, f"title_{one}") for one in ("en", "zh")}
    texts |= {f"need_{one}": getattr(call, f"text_{one}") for one in ("en", "zh")}
    texts |= {f"constraints_{one}": getattr(call, f"criteria_{one}") for one in ("en", "zh")}
    return services.create(
        by=call.created_by,
        organisation=call.organisation,
        topics=call.topics.all(),
        reason=call.reference or "",
        call=call,
        closes_on=call.closes_on,
        **texts,
    )


@transaction.atomic
def close(call: Call, *, by: User | None = None) -> Entry:
    """No more proposals; the wish of a rapid call closes with it."""
    entry = CALLS["close"].apply(call, by=by)
    closed = list(call.wishes.filter(status=Wish.Status.OPEN).order_by("pk")) if call.is_rapid else []
    for wish in closed:
        WORKFLOW["expire"].apply(wish, by=by)
    _notify(followers(call, *closed), entry, "call_closed", call, FOLLOW)
    return entry


@transaction.atomic
def extend(call: Call, *, by: User, closes_on: date) -> Entry:
    """Take proposals longer, or again.

    :raises ValidationError: the day is not in the future, or no later than the one that vendors know.
    """
    held = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    check_extension(held, closes_on)
    entry = CALLS["extend"].apply(call, by=by, closes_on=closes_on)
    if call.is_rapid:
        for wish in call.wishes.filter(status__in=(Wish.Status.OPEN, Wish.Status.EXPIRED)):
            services.renew(wish, by=by, closes_on=closes_on)
    _notify(_interested(call), entry, "call_extended", call, FOLLOW)
    return entry


def check_extension(call: Call, closes_on: date) -> None:
    """:raises ValidationError: vendors of an open call rely on its last day, and the past takes nothing."""
    if closes_on <= timezone.localdate():
        raise ValidationError({"closes_on": _("The last day for proposals must be in the future.")})
    if closes_on <= call.closes_on:
        raise ValidationError({"closes_on": _("Vendors rely on the last day as it is: choose a later one.")})


@transaction.atomic
def withdraw(call: Call, *, by: User, reason: str) -> Entry:
    """Take it back for good; its wishes stay what they are, except that of a rapid call."""
    entry = CALLS["withdraw"].apply(call, by=by, reason=reason)
    gone = list(call.wishes.filter(status=Wish.Status.OPEN).order_by("pk")) if call.is_rapid else []
    for wish in gone:
        services.withdraw(wish, by=by, reason=reason, quiet=True)
    if call.organisation_id:
        _notify(party(call.organisation_id), entry, "call_withdrawn", call, PARTY)
    if call.reference:
        _notify(followers(call, *gone), entry, "call_withdrawn", call, FOLLOW)
    return entry


@transaction.atomic
def gather(call: Call, *, by: User, wish: Wish) -> Entry:
    """Make a wish part of a themed call.

    :raises ValidationError: the call is over, or the wish is gone or of another call.
    """
    held = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if held.is_rapid or held.status not in Call.JOINABLE:
        raise ValidationError(_("This call takes no more wishes."))
    joins = Wish.objects.filter(pk=wish.pk, call=None).exclude(status__in=Wish.ENDED)
    if not joins.update(call=held):
        raise ValidationError(_("This wish is withdrawn, merged, or part of a call already."))
    wish.call = held
    details = {"call": call.reference or "", "call_id": call.pk}
    entry = record(wish, "join_call", by=by, details=details)
    notify(
        party(wish.organisation_id), entry, "wishes/mail/call_joined", thing=wish, why=PARTY, **_named(call)
    )
    return entry


def assign(wish: Wish, *, by: User, call: Call) -> Entry:
    """Of many wishes, as the office's list does one thing to each.

    :raises ValidationError: as `gather`.
    """
    return gather(call, by=by, wish=wish)


def join(call: Call, *, by: User, wish: Wish) -> None:
    """A wish that was written for a call becomes part of it, if that still takes any."""
    if Call.objects.joinable().public().filter(pk=call.pk).exists():
        Wish.objects.filter(pk=wish.pk).update(call=call)
        wish.call = call
        record(wish, "join_call", by=by, details={"call": call.reference or "", "call_id": call.pk})


@transaction.atomic
def let_go(call: Call, *, by: User, wish: Wish) -> Entry:
    """Take a wish out of a themed call; it stays a wish.

    :raises ValidationError: it is not part of it, or the call is nothing else.
    """
    if call.is_rapid or not Wish.objects.filter(pk=wish.pk, call=call).update(call=None):
        raise ValidationError(_("This wish is not part of this call."))
    wish.call = None
    details = {"call": call.reference or "", "call_id": call.pk}
    entry = record(wish, "leave_call", by=by, details=details)
    notify(party(wish.organisation_id), entry, "wishes/mail/call_left", thing=wish, why=PARTY, **_named(call))
    return entry


def keep_dates() -> int:
    """Open what is to open and close what is over, each once; returns how many were moved."""
    moved = 0
    for rows, verb in ((Call.objects.to_open(), open_), (Call.objects.to_close(), close)):
        for call in rows.order_by("pk"):
            try:
                verb(call, by=None)
            except IllegalTransition:  # somebody was quicker
                continue
            moved += 1
    return moved


def last_days(ahead: int) -> list[Deadline]:
    """Of the open calls that close within so many days."""
    now = today()
    rows = Call.objects.filter(
        status=Call.Status.OPEN, closes_on__range=(now, now + timedelta(days=ahead))
    ).order_by("closes_on", "pk")
    return [Deadline(call, call.closes_on, day_of(call.published_at)) for call in rows if call.published_at]


def tell_followers(deadline: Deadline, entry: Entry, left: int) -> None:
    _notify(followers(deadline.thing), entry, "call_deadline", deadline.thing, FOLLOW, left=left)


def _check_days(call: Call) -> None:
    if call.closes_on <= timezone.localdate():
        raise ValidationError({"closes_on": _("The last day for proposals must be in the future.")})


def _interested(call: Call) -> Any:
    """Who follows it, one of its topics, or the department whose need it tells."""
    department = [call.organisation] if call.organisation else []
    return followers(call, *department, *call.topics.all())


def _notify(people: Any, entry: Entry, template: str, call: Call, why: str, **context: Any) -> None:
    days = {"opens_on": call.opens_on.isoformat(), "closes_on": call.closes_on.isoformat()}
    notify(people, entry, f"wishes/mail/{template}", thing=call, why=why, **days, **context)


def _named(call: Call) -> dict[str, Any]:
    return {"call_title": {"en": call.title_en, "zh": call.title_zh}}
