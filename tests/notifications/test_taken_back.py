"""A recall and a visitor's links at their edges: who had it hears of it, and no other mail is touched."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.signing import TimestampSigner
from django.utils import timezone

from notifications import visiting
from notifications.announcing.recalling import RECALLED, NothingWaits, left, recall
from notifications.mails import visitor_token
from notifications.models import Announcement, Notification
from tests.factories import (
    AnnouncementFactory,
    DigestFactory,
    EntryFactory,
    FanoutFactory,
    NotificationFactory,
    UserFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
TAKEN_BACK = "notifications/mail/announcement_recalled"
WHY = "The day was wrong."


@pytest.fixture
def announcement():
    """One that went; the rows of its readers are made by the test."""
    row = AnnouncementFactory()
    fields = {"status": Announcement.Status.SENT, "entry_id": EntryFactory().pk, "sent_at": timezone.now()}
    Announcement.objects.filter(pk=row.pk).update(**fields)
    return Announcement.objects.get(pk=row.pk)


def reader(announcement, *, is_active=True, inbox=None, **mail):
    """Somebody with a notice in the inbox and the mail of it, as it stands."""
    person = UserFactory(is_active=is_active)
    told = {"recipient": person, "entry_id": announcement.entry_id, "why": "announcement"}
    NotificationFactory(channel="inbox", **told, **(inbox or {}))
    NotificationFactory(channel="email", **told, **mail)
    return person


def recalled(announcement):
    found = recall(announcement, by=UserFactory(office=True), reason=WHY)
    rows = Notification.objects.filter(template=TAKEN_BACK, channel="inbox")
    return found, {row.recipient for row in rows}


def test_who_may_have_it_is_told_that_it_is_taken_back_and_keeps_the_notice(announcement):
    now = timezone.now()
    waits = reader(announcement)
    mailed = reader(announcement, sent_at=now)
    going = reader(announcement, attempts=1, claimed_at=now)
    looked = reader(announcement, inbox={"read_at": now})
    gone = reader(announcement, is_active=False, sent_at=now)
    found, told = recalled(announcement)
    assert (found.stopped, found.mailed, found.going, found.told) == (2, 2, 1, 3)
    assert told == {mailed, going, looked}
    notices = Notification.objects.filter(entry_id=announcement.entry_id, channel="inbox")
    assert set(notices.values_list("recipient", flat=True)) == {one.pk for one in (mailed, going, looked)}
    stopped = Notification.objects.filter(last_error=RECALLED).values_list("recipient", flat=True)
    assert set(stopped) == {waits.pk, looked.pk}
    assert not Notification.objects.filter(recipient=gone, template=TAKEN_BACK).exists()


def test_where_no_mail_waits_but_people_are_not_written_to_yet_it_is_recalled(announcement):
    FanoutFactory(entry_id=announcement.entry_id, people=[UserFactory().pk, UserFactory().pk], written=1)
    assert left(announcement) == 1
    found, told = recalled(announcement)
    assert (found.untold, found.stopped, told) == (1, 0, set())
    announcement.refresh_from_db()
    assert (announcement.status, left(announcement)) == (Announcement.Status.RECALLED, 0)


def test_what_a_mail_server_was_tried_with_is_not_called_back(announcement):
    tried = DigestFactory(attempts=1)
    reader(announcement, attempts=1)
    reader(announcement, digest=tried, is_gathered=True)
    assert left(announcement) == 0
    with pytest.raises(NothingWaits):
        recalled(announcement)
    assert not Notification.objects.filter(last_error=RECALLED).exists()


# --- visitors -------------------------------------------------------------------------------------------
def test_only_who_has_confirmed_an_address_sees_to_what_it_follows():
    asked, confirmed = VisitorFactory(confirmed_at=None), VisitorFactory()
    assert visiting.of_token(visitor_token(asked)) is None
    assert visiting.of_token(visitor_token(confirmed)) == confirmed
    person = UserFactory()
    for visitor in (asked, confirmed):
        EmailAddress.objects.filter(user=person).delete()
        EmailAddress.objects.create(user=person, email=visitor.email.upper(), verified=True)
        assert visiting.of_account(person) == (visitor if visitor == confirmed else None)
    EmailAddress.objects.filter(user=person).update(verified=False)
    assert visiting.of_account(person) is None


def test_a_link_of_an_address_that_went_and_came_again_opens_nothing():
    visitor = VisitorFactory()
    token = visitor_token(visitor)
    type(visitor).objects.filter(pk=visitor.pk).update(asked_at=visitor.asked_at + timedelta(seconds=1))
    assert visiting.of_token(token) is None


def test_a_rhythm_that_is_chosen_anew_moves_what_waits_and_nothing_that_went():
    visitor, other = VisitorFactory(rhythm="weekly"), VisitorFactory(rhythm="weekly")
    later = timezone.now() + timedelta(days=30)
    told = {"channel": "email", "recipient": None, "why": "follow", "not_before": later, "is_gathered": True}
    waits = NotificationFactory(visitor=visitor, **told)
    still = [
        NotificationFactory(visitor=visitor, sent_at=timezone.now(), **told),
        NotificationFactory(visitor=visitor, attempts=1, **told),
        NotificationFactory(visitor=other, **told),
    ]
    visiting.choose(visitor, "daily")
    at = dict(Notification.objects.values_list("pk", "not_before"))
    assert at[waits.pk] <= timezone.now() + timedelta(days=1)
    assert [at[row.pk] for row in still] == [later] * 3


def test_the_number_of_a_notice_to_a_person_confirms_nothing():
    row = NotificationFactory(channel="email")
    token = TimestampSigner(salt=visiting.CONFIRM).sign(str(row.message_id))
    with pytest.raises(visiting.Refused):
        visiting.asked(token)
