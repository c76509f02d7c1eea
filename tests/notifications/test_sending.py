"""What becomes of a mail once a worker has it: sent, held, dropped or tried again, and written down so."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from journal.models import Entry
from notifications import budget, sending
from notifications.models import Delivery, Letter, Notification
from notifications.tasks import sweep
from tests.factories import (
    DigestFactory,
    LetterFactory,
    NotificationFactory,
    UserFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
PUBLISHED = "wishes/mail/publish"


def mail(**told):
    return NotificationFactory(**({"channel": "email", "template": PUBLISHED, "why": "follow"} | told))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def sent(row_or_kind=mail, **told):
    return row_or_kind(**({"sent_at": timezone.now()} | told))


@pytest.fixture
def one_a_day(settings):
    settings.MAILS_A_DAY = 1


@pytest.fixture
def broken(monkeypatch):
    def raises(self, *_arguments, **_named):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(EmailMultiAlternatives, "send", raises)


# --- not sent -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["notification", "digest"])
def test_who_has_no_account_any_more_is_mailed_nothing(kind, mailoutbox):
    gone = UserFactory(is_active=False)
    row = mail(recipient=gone) if kind == "notification" else DigestFactory(recipient=gone)
    if kind == "digest":
        mail(recipient=gone, is_gathered=True, digest=row)
    assert not sending.deliver(kind, row.pk)
    assert (fresh(row).last_error, mailoutbox) == ("the account is closed", [])
    assert fresh(row).sent_at is not None


def test_a_digest_leaves_out_what_was_dropped_since_and_says_when_each_was_sent(mailoutbox):
    digest, before = DigestFactory(), timezone.now() - timedelta(days=1)
    kept, dropped = (
        mail(recipient=digest.recipient, digest=digest, is_gathered=True, context={"thing_title": title})
        for title in ("Kept", "Dropped")
    )
    Notification.objects.filter(pk=dropped.pk).update(sent_at=before, last_error="not wanted any more")
    assert sending.deliver("digest", digest.pk)
    assert "Kept" in mailoutbox[0].body and "Dropped" not in mailoutbox[0].body
    assert fresh(dropped).sent_at == before
    assert fresh(kept).sent_at == fresh(digest).sent_at is not None


# --- the budget -----------------------------------------------------------------------------------------
def test_beyond_the_budget_a_mail_is_held_as_if_it_had_not_been_tried(one_a_day, mailoutbox):
    first = sent()
    row = mail(recipient=first.recipient)
    assert not sending.deliver("notification", row.pk)
    held = fresh(row)
    assert (held.attempts, held.claimed_at, held.sent_at, mailoutbox) == (0, None, None, [])
    assert held.held_at is not None
    assert not Delivery.objects.exists()


def test_what_a_person_has_let_go_passes_the_budget_and_goes_once(one_a_day, mailoutbox):
    first, office = sent(), UserFactory(office=True)
    row = mail(recipient=first.recipient, attempts=5, last_error="gone")
    sending.deliver("notification", row.pk)
    sending.send_again(row, by=office)
    assert fresh(row).attempts == 0
    for _twice in range(2):
        sweep()
    mine = [one for one in mailoutbox if one.to == [row.recipient.email]]
    assert len(mine) == 1
    at, count = fresh(row).sent_at, len(mailoutbox)
    sending.send_again(row, by=office)
    sweep()
    assert (len(mailoutbox), fresh(row).sent_at) == (count, at)
    assert Entry.objects.about(row).filter(verb="release", actor_id=office.pk).count() == 2


@pytest.mark.parametrize(
    ("before", "is_spent"),
    [
        (lambda one: sent(recipient=one), True),
        (lambda one: sent(DigestFactory, recipient=one), True),
        (lambda one: sent(), False),
        (lambda one: sent(DigestFactory), False),
        (lambda one: sent(recipient=one, channel="inbox"), False),
        (lambda one: sent(recipient=one, last_error="read in the portal"), False),
        (lambda one: sent(DigestFactory, recipient=one, last_error="read in the portal"), False),
        (lambda one: sent(recipient=one, digest=DigestFactory(), is_gathered=True), False),
        (lambda one: sent(recipient=one, sent_at=timezone.now() - budget.DAY), False),
        (lambda one: sent(DigestFactory, recipient=one, sent_at=timezone.now() - budget.DAY), False),
        (lambda one: mail(recipient=one), False),
    ],
)
def test_only_mails_of_a_day_that_went_to_the_same_reader_count(one_a_day, before, is_spent):
    person = UserFactory()
    before(person)
    assert budget.is_spent(person) is is_spent


def test_a_visitor_has_a_budget_too(one_a_day):
    visitor, other = VisitorFactory(), VisitorFactory()
    sent(recipient=None, visitor=visitor)
    assert (budget.is_spent(visitor), budget.is_spent(other)) == (True, False)


@pytest.mark.parametrize(
    ("before", "is_spent"),
    [
        ({}, True),
        ({"mark": "1" * 20}, False),
        ({"last_error": sending.UNWANTED}, False),
        ({"sent_at": budget.DAY}, False),
        ({"sent_at": None}, False),
    ],
)
def test_only_letters_of_a_day_that_went_to_the_same_address_count(one_a_day, before, is_spent):
    told = {"sent_at": timezone.now()} | before
    if told["sent_at"] == budget.DAY:
        told["sent_at"] = timezone.now() - budget.DAY
    LetterFactory(**told)
    assert budget.is_spent_by_letters(LetterFactory()) is is_spent


def test_of_what_is_held_the_office_hears_once_a_day_for_each_person():
    office, (one, other) = UserFactory(office=True), UserFactory.create_batch(2)
    for person in (one, one, other):
        budget.tell_office(person)
    told = Notification.objects.filter(recipient=office, channel="inbox")
    assert {row.context["address"] for row in told} == {one.email, other.email}
    assert told.count() == 2


# --- tried again ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("tried", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 64), (7, 128)])
def test_each_attempt_waits_twice_as_long(broken, time_machine, tried, minutes):
    row = mail(attempts=tried)
    assert not sending.deliver("notification", row.pk)
    again = fresh(row)
    assert again.not_before - timezone.now() == timedelta(minutes=minutes)
    assert (again.attempts, again.claimed_at, again.sent_at) == (tried + 1, None, None)
    assert "gone" in again.last_error
    assert list(Delivery.objects.values_list("notification", "accepted")) == [(row.pk, False)]


def test_no_attempt_waits_longer_than_four_hours(broken, time_machine, monkeypatch):
    monkeypatch.setattr("notifications.models.notices.MAX_ATTEMPTS", 20)
    row = mail(attempts=12)
    sending.deliver("notification", row.pk)
    assert fresh(row).not_before - timezone.now() == timedelta(hours=4)


def test_a_mail_without_a_recipient_at_the_door_is_written_down_as_not_sent(monkeypatch):
    """Its address was suppressed between the look and the sending."""
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda self: 0)
    row = mail()
    assert not sending.deliver("notification", row.pk)
    assert fresh(row).last_error == sending.SUPPRESSED
    assert not Delivery.objects.get().accepted


def test_every_attempt_is_of_one_mail_of_its_kind(mailoutbox):
    rows = {"notification": mail(), "digest": DigestFactory(), "letter": LetterFactory()}
    for kind, row in rows.items():
        sending.deliver(kind, row.pk)
    found = Delivery.objects.order_by("pk").values_list("notification", "digest", "letter")
    assert list(found) == [
        (rows["notification"].pk, None, None),
        (None, rows["digest"].pk, None),
        (None, None, rows["letter"].pk),
    ]


def test_what_is_sealed_is_gone_with_the_letter_however_it_ends():
    now = timezone.now()
    late, unwanted = LetterFactory(good_until=now, object_id=None, sealed="x"), LetterFactory()
    for row in (late, unwanted):
        assert not sending.deliver("letter", row.pk)
    assert [(row.sealed, row.sent_at is None) for row in Letter.objects.all()] == [("", False)] * 2
