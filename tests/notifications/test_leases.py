"""Which mails are due, in what order, and that of two workers one has each: none is lost, none doubled."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from notifications import sending
from notifications.models import LEASE, MAX_ATTEMPTS, Digest, Letter, Notification
from tests.factories import (
    DigestFactory,
    EntryFactory,
    LetterFactory,
    NotificationFactory,
    UserFactory,
    VisitorFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
MAKERS = {
    "notification": lambda **told: NotificationFactory(channel="email", **told),
    "digest": DigestFactory,
    "letter": LetterFactory,
}
kinds = pytest.mark.parametrize("kind", MAKERS)


def ripe(**told):
    """For a digest whose time has come."""
    told = {"not_before": timezone.now() - timedelta(minutes=1)} | told
    return NotificationFactory(channel="email", is_gathered=True, **told)


@kinds
@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({"attempts": MAX_ATTEMPTS - 1}, True),
        ({"attempts": MAX_ATTEMPTS}, False),
        ({"sent_at": timedelta()}, False),
        ({"held_at": timedelta()}, False),
        ({"not_before": timedelta()}, True),
        ({"not_before": timedelta(minutes=1)}, False),
        ({"claimed_at": SECOND - LEASE}, False),
        ({"claimed_at": -LEASE - SECOND}, True),
    ],
)
def test_what_is_due_can_be_claimed_once_and_nothing_else_can(kind, changes, is_due, time_machine):
    now = timezone.now()
    times = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    row = MAKERS[kind](**({"not_before": now} | times))
    rows = type(row).objects
    assert list(rows.due()) == [row] * is_due
    assert [rows.claim(row.pk), rows.claim(row.pk)] == [is_due, False]
    held = rows.get(pk=row.pk)
    assert held.attempts == row.attempts + is_due
    assert not is_due or held.claimed_at == now


@kinds
def test_who_has_not_claimed_a_mail_sends_none(kind, mailoutbox):
    row = MAKERS[kind]()
    assert type(row).objects.claim(row.pk)
    assert not sending.deliver(kind, row.pk)
    row.refresh_from_db()
    assert (row.attempts, row.sent_at, mailoutbox) == (1, None, [])


def test_only_mails_are_due_and_those_of_a_digest_go_with_it():
    NotificationFactory(channel="inbox")
    ripe()
    assert not Notification.objects.due().exists()


def test_letters_go_first_then_what_cannot_wait_then_the_oldest_then_digests():
    now = timezone.now()
    old, new, urgent = (
        NotificationFactory(channel="email", not_before=now - timedelta(hours=ago), is_urgent=is_urgent)
        for ago, is_urgent in ((9, False), (1, False), (0, True))
    )
    digest, letter = DigestFactory(not_before=now - timedelta(days=1)), LetterFactory(not_before=now)
    order = [
        ("letter", letter.pk),
        *(("notification", one.pk) for one in (urgent, old, new)),
        ("digest", digest.pk),
    ]
    assert [sending.due(limit) for limit in (9, 5, 2, 1)] == [order, order, order[:2], order[:1]]


@pytest.mark.parametrize(
    ("changes", "is_ripe"),
    [
        ({}, True),
        ({"sent_at": timezone.now}, False),
        ({"held_at": timezone.now}, False),
        ({"digest": DigestFactory}, False),
        ({"not_before": lambda: timezone.now() + timedelta(minutes=1)}, False),
        ({"is_gathered": bool}, False),
        ({"channel": lambda: "inbox"}, False),
    ],
)
def test_only_what_waits_for_a_digest_is_gathered(changes, is_ripe):
    told = {name: make() for name, make in changes.items()}
    row = NotificationFactory(
        **({"channel": "email", "is_gathered": True, "not_before": timezone.now()} | told)
    )
    assert list(Notification.objects.ripe()) == [row] * is_ripe


@pytest.mark.parametrize(
    ("changes", "waits", "waits_if_urgent"),
    [
        ({}, True, True),
        ({"attempts": 1}, False, False),
        ({"digest": DigestFactory}, False, False),
        ({"sent_at": timezone.now}, False, False),
        ({"channel": "inbox"}, False, False),
        ({"is_urgent": True}, False, True),
        ({"why": "duty"}, False, True),
    ],
)
def test_no_choice_moves_what_is_being_sent_or_cannot_wait(changes, waits, waits_if_urgent):
    told = {name: value() if callable(value) else value for name, value in changes.items()}
    NotificationFactory(**({"channel": "email", "why": "follow"} | told))
    assert Notification.objects.waiting().exists() is waits
    assert Notification.objects.waiting(urgent=True).exists() is waits_if_urgent


def test_that_somebody_else_has_read_it_keeps_nobodys_mail_back():
    entry, (reader, other) = EntryFactory(), (UserFactory(), UserFactory())
    now = timezone.now()
    mails = {
        one: NotificationFactory(channel="email", recipient=one, entry_id=entry.pk) for one in (reader, other)
    }
    for one, read_at in ((reader, now), (other, None)):
        NotificationFactory(channel="inbox", recipient=one, entry_id=entry.pk, read_at=read_at)
    NotificationFactory(channel="inbox", recipient=other, read_at=now)  # of another entry
    assert list(Notification.objects.filter(channel="email").unread_in_portal()) == [mails[other]]
    assert [one.channel for one in Notification.objects.inbox(other)] == ["inbox", "inbox"]


# --- digests --------------------------------------------------------------------------------------------
def test_a_digest_holds_what_waits_for_its_own_reader(mailoutbox):
    rows = [ripe(), ripe(), ripe(recipient=None, visitor=VisitorFactory(confirmed_at=timezone.now()))]
    assert sending.gather(9) == 3
    found = {row.pk: Digest.objects.get(notices=row) for row in rows}
    assert [(one.recipient, one.visitor) for one in found.values()] == [
        (row.recipient, row.visitor) for row in rows
    ]


def test_what_another_worker_has_gathered_and_begun_to_send_is_put_in_no_second_digest(committed):
    row, is_gathered = ripe(), Event()
    reader = {"recipient_id": row.recipient_id, "visitor_id": None}

    def first():
        with transaction.atomic():
            sending._gather_of(reader, row.not_before)
            Digest.objects.update(attempts=1)
            is_gathered.set()
            second_waits.wait(0.7)

    def second():
        is_gathered.wait(20)
        return sending._gather_of(reader, row.not_before)

    second_waits = Event()  # which nobody sets: the first holds its locks for this long
    assert at_once(first, second) == [None, False]
    assert Digest.objects.count() == 1


def test_nobody_sends_a_digest_while_a_notice_is_put_into_it(committed):
    row, order, is_gathered = ripe(), [], Event()
    reader = {"recipient_id": row.recipient_id, "visitor_id": None}
    digest = DigestFactory(recipient=row.recipient, due_at=row.not_before)

    def gather():
        with transaction.atomic():
            sending._gather_of(reader, row.not_before)
            is_gathered.set()
            Event().wait(0.7)
            order.append("gathered")

    def send():
        is_gathered.wait(20)
        Digest.objects.claim(digest.pk)
        order.append("claimed")

    at_once(gather, send)
    assert order == ["gathered", "claimed"]


def test_a_letter_that_comes_too_late_is_closed_and_others_are_left():
    now = timezone.now()
    late, good = (LetterFactory(good_until=now + timedelta(minutes=minutes)) for minutes in (-1, 1))
    sent = LetterFactory(good_until=now - timedelta(days=1), sent_at=now)
    assert list(Letter.objects.late()) == [late]
    assert good not in Letter.objects.late() and sent not in Letter.objects.late()
