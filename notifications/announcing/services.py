"""An announcement's way: counted, confirmed, looked at by a second person where it is for many, sent.

It waits `GRACE` before it goes, so that whoever sees a mistake a moment later can still cancel it.
"""

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from journal.models import Entry
from notifications.announcing import segments
from notifications.models import Announcement
from notifications.models.announcements import Segment
from notifications.outbox import ANNOUNCEMENT, DUTY, bilingual, notify
from notifications.workflow import ANNOUNCEMENTS

logger = logging.getLogger(__name__)
GRACE = timedelta(minutes=10)


class Recounted(Exception):
    """The segment is not what was agreed to; `reach` is what it is now."""

    def __init__(self, reach: segments.Reach) -> None:
        super().__init__(reach.told)
        self.reach = reach


class NotASecondPerson(Exception):
    """Who wrote or confirmed it cannot release it."""


def segment_of(announcement: Announcement) -> Segment:
    return Segment.of(announcement.segment)


def _locked(announcement: Announcement) -> Announcement:
    return Announcement.objects.select_for_update().get(pk=announcement.pk)


def _counted(announcement: Announcement, expected: int) -> segments.Reach:
    """
    :raises Recounted: not as many as whoever agrees has seen, or nobody.
    """
    reach = segments.counted(segment_of(announcement))
    if reach.told != expected or not reach.told:
        raise Recounted(reach)
    return reach


@transaction.atomic
def confirm(announcement: Announcement, *, expected: int, by: User) -> Announcement:
    """Let it go after `GRACE`, or hold it for a second person where it is for more than the budget.

    :raises Recounted: the segment has not `expected` people any more.
    :raises IllegalTransition: it is no draft any more.
    """
    row = _locked(announcement)
    reach = _counted(row, expected)
    agreed: dict[str, Any] = {"confirmed_by": by, "confirmed_for": reach.told, "released_by": None}
    details = asdict(reach)
    if reach.told > settings.ANNOUNCEMENT_TO:
        entry = ANNOUNCEMENTS["hold"].apply(row, by=by, details=details, **agreed)
        _ask_for_release(row, entry)
    else:
        ANNOUNCEMENTS["confirm"].apply(row, by=by, details=details, goes_at=timezone.now() + GRACE, **agreed)
    return row


class Page:
    """Where the office sees it."""

    def __init__(self, announcement: Announcement) -> None:
        self.announcement = announcement

    def get_absolute_url(self) -> str:
        return reverse("notices:announcement", args=[self.announcement.pk])


def _ask_for_release(announcement: Announcement, entry: Entry) -> None:
    told: dict[str, Any] = {
        "subject": bilingual(announcement, "subject"),
        "name": entry.actor_name,
        "count": announcement.confirmed_for,
    }
    office = User.objects.with_role(Role.OFFICE)
    page = Page(announcement)
    notify(office, entry, "notifications/mail/announcement_held", thing=page, why=DUTY, **told)


@transaction.atomic
def release(announcement: Announcement, *, expected: int, by: User) -> Announcement:
    """A second person has looked.

    :raises NotASecondPerson: it is theirs.
    :raises Recounted: the segment has not `expected` people any more.
    :raises IllegalTransition: it is not held any more.
    """
    row = _locked(announcement)
    if by.pk in (row.made_by_id, row.confirmed_by_id):
        raise NotASecondPerson
    reach = _counted(row, expected)
    ANNOUNCEMENTS["release"].apply(
        row,
        by=by,
        details=asdict(reach),
        released_by=by,
        confirmed_for=reach.told,
        goes_at=timezone.now() + GRACE,
    )
    return row


def take_back(announcement: Announcement, *, by: User) -> Entry:
    """To be changed; it must be confirmed anew.

    :raises IllegalTransition: it has gone, or was no more than a draft.
    """
    agreed: dict[str, Any] = {
        "confirmed_by": None,
        "confirmed_for": None,
        "released_by": None,
        "goes_at": None,
    }
    return ANNOUNCEMENTS["take_back"].apply(announcement, by=by, **agreed)


def cancel(announcement: Announcement, *, by: User) -> Entry:
    """
    :raises IllegalTransition: it has gone already.
    """
    return ANNOUNCEMENTS["cancel"].apply(announcement, by=by, goes_at=None)


def send_due() -> int:
    """Hand what is due to the outbox; returns how many announcements went."""
    rows = Announcement.objects.filter(status=Announcement.Status.WAITING, goes_at__lte=timezone.now())
    return sum(_send(pk) for pk in list(rows.order_by("goes_at", "pk").values_list("pk", flat=True)))


@transaction.atomic
def _send(pk: int) -> bool:
    """Of two workers one sends it, and of a worker and who cancels one wins.

    Where more are of the segment now than a second person has to look at, and none has, it is held.
    """
    row = Announcement.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None or not ANNOUNCEMENTS["send"].allows(row):
        return False
    reach = segments.counted(segment_of(row))
    if reach.told > settings.ANNOUNCEMENT_TO and row.released_by_id is None:
        _ask_for_release(row, ANNOUNCEMENTS["hold"].apply(row, by=None, details=asdict(reach), goes_at=None))
        return False
    _hand_over(row, reach)
    return True


def _hand_over(row: Announcement, reach: segments.Reach) -> None:
    """In the transaction of the step: what is sent is told, and what is told was sent."""
    told = asdict(reach)
    changes: dict[str, Any] = {"sent_at": timezone.now(), "goes_at": None, "reached": told}
    entry = ANNOUNCEMENTS["send"].apply(row, by=None, details=told, **changes)
    Announcement.objects.filter(pk=row.pk).update(entry_id=entry.pk)
    people = segments.told(segment_of(row))
    said = {"announcement": row.pk, "subject": bilingual(row, "subject")}
    notify(people, entry, "notifications/mail/announcement", thing=row, why=ANNOUNCEMENT, **said)
