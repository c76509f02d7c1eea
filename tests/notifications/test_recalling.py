"""An announcement that went is recalled while mails of it wait: these stop, and what had gone is counted."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications import outbox, sending, tasks
from notifications.announcing import recalling
from notifications.announcing import services as announcing
from notifications.announcing.recalling import RECALLED, NothingWaits, recall
from notifications.models import Announcement, Digest, Fanout, Notification, Preference, Rhythm
from tests.factories import AnnouncementFactory, UserFactory, WishFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
S = Announcement.Status
WHY = "The day was wrong."


def reader(rhythm=None):
    person = UserFactory()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if rhythm:
        Preference.objects.create(user=person, announcements=rhythm)
    return person


def sent(count):
    """Handed to the outbox; who wants such mails at once is not mailed yet."""
    row = announcing.confirm(AnnouncementFactory(), expected=count, by=UserFactory(office=True))
    Announcement.objects.filter(pk=row.pk).update(goes_at=timezone.now())
    assert announcing.send_due() == 1
    row.refresh_from_db()
    return row


def mails_of(row, **of):
    return Notification.objects.filter(entry_id=row.entry_id, channel="email", **of)


def office():
    return UserFactory(office=True)


def test_what_waits_is_stopped_and_what_went_is_counted_and_told(time_machine):
    quick, slow, looked = reader(Rhythm.NOW), reader(), reader()
    row = sent(3)
    sending.deliver("notification", mails_of(row).get(recipient=quick).pk)
    Notification.objects.filter(recipient=looked, channel="inbox").update(read_at=timezone.now())
    found = recall(row, by=office(), reason=WHY)
    assert found == recalling.Recalled(stopped=2, mailed=1, going=0, untold=0, told=2)
    assert set(mails_of(row, last_error=RECALLED).values_list("recipient", flat=True)) == {slow.pk, looked.pk}
    told = Notification.objects.filter(template__endswith="announcement_recalled", channel="inbox")
    assert {one.recipient for one in told} == {quick, looked}
    assert not Notification.objects.filter(recipient=slow, channel="inbox").exists()
    mail.outbox.clear()
    time_machine.shift(timedelta(days=2))
    tasks.sweep()
    assert slow.email not in [to for one in mail.outbox for to in one.to]
    subjects = [one.subject for one in mail.outbox]
    assert subjects and all(one.startswith("Taken back: ") for one in subjects)
    entry = Entry.objects.get(verb="recall")
    assert (entry.reason, entry.details["mailed"], entry.details["stopped"]) == (WHY, 1, 2)
    row.refresh_from_db()
    assert row.status == S.RECALLED and row.sent_at


def test_a_digest_that_was_gathered_goes_without_it_and_one_of_it_alone_does_not_go(time_machine):
    alone, also = reader(), reader()
    row = sent(2)
    wish = WishFactory(open=True, title_en="Dry pipes")
    entry = record(wish, "resolve", by=None)
    outbox.notify([also], entry, "wishes/mail/resolve", thing=wish, why=outbox.FOLLOW)
    time_machine.shift(timedelta(days=2))
    sending.gather(9)
    assert Digest.objects.count() == 2
    assert recall(row, by=office(), reason=WHY).stopped == 2
    tasks.sweep()
    [message] = mail.outbox
    assert message.to == [also.email] and "Dry pipes" in message.body and row.subject_en not in message.body
    assert Digest.objects.get(recipient=alone).last_error


def test_a_digest_that_a_mail_server_was_tried_with_is_on_its_way(time_machine):
    person, other = reader(), reader()
    row = sent(2)
    time_machine.shift(timedelta(days=2))
    sending.gather(9)
    Digest.objects.filter(recipient=person).update(attempts=1)  # whose answer was lost
    found = recall(row, by=office(), reason=WHY)
    assert (found.going, found.stopped, found.mailed) == (1, 1, 0)
    tasks.sweep()
    assert [one.to for one in mail.outbox if row.subject_en in one.body and "Taken" not in one.subject] == [
        [person.email]
    ]
    assert other.email not in [to for one in mail.outbox for to in one.to]


def test_people_to_whom_a_worker_has_not_written_yet_never_hear_of_it(monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    for _ in range(5):
        reader()
    row = sent(5)
    fanout = Fanout.objects.get()
    Fanout.objects.filter(pk=fanout.pk).update(written=2)
    outbox.write(fanout.people[:2], fanout.said, is_urgent=False)
    found = recall(row, by=office(), reason=WHY)
    assert (found.untold, found.stopped, found.told) == (3, 2, 0)
    tasks.sweep()
    assert not mails_of(row, sent_at=None).exists()
    assert not Notification.objects.filter(entry_id=row.entry_id, channel="inbox").exists()


def test_once_every_mail_has_gone_there_is_nothing_to_recall():
    person = reader(Rhythm.NOW)
    row = sent(1)
    sending.deliver("notification", mails_of(row).get(recipient=person).pk)
    with pytest.raises(NothingWaits):
        recall(row, by=office(), reason=WHY)
    row.refresh_from_db()
    assert row.status == S.SENT and not Entry.objects.filter(verb="recall").exists()
    assert recalling.left(row) == 0


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_recalled_without_a_reason(reason):
    reader()
    row = sent(1)
    with pytest.raises(ReasonRequired):
        recall(row, by=office(), reason=reason)
    assert mails_of(row, sent_at=None).count() == 1


def test_what_has_not_gone_or_was_recalled_cannot_be_recalled():
    reader()
    with pytest.raises(IllegalTransition):
        recall(AnnouncementFactory(), by=office(), reason=WHY)
    row = sent(1)
    recall(row, by=office(), reason=WHY)
    with pytest.raises(IllegalTransition):
        recall(row, by=office(), reason=WHY)


def test_a_recall_a_gathering_and_a_sender_at_once_agree_on_what_went(committed, mailoutbox):
    people = [reader() for _ in range(6)]
    row, by = sent(6), office()
    mails_of(row).update(not_before=timezone.now())
    Preference.objects.filter(user__in=people).delete()

    def work():
        sending.gather(9)
        for kind, pk in sending.due(9):
            sending.deliver(kind, pk)

    found = at_once(work, lambda: recall(row, by=by, reason=WHY), work)
    work()
    assert [one for one in found if isinstance(one, Exception) and not isinstance(one, NothingWaits)] == []
    went = [to for one in mailoutbox for to in one.to if row.subject_en in one.body]
    first = [one for one in went if one in {person.email for person in people}]
    stopped = mails_of(row, last_error=RECALLED).count()
    mailed = mails_of(row, last_error="", sent_at__isnull=False).count()
    assert stopped + mailed == 6 and len(set(first)) >= mailed
    if isinstance(found[1], recalling.Recalled):
        assert found[1].stopped == stopped and found[1].mailed + found[1].going == mailed
        unheard = {one.recipient.email for one in mails_of(row, last_error=RECALLED)}
        assert not unheard & set(first)
    else:
        assert stopped == 0


def test_the_office_recalls_from_the_page_which_then_says_what_had_gone(client):
    quick = reader(Rhythm.NOW)
    reader()
    row = sent(2)
    sending.deliver("notification", mails_of(row).get(recipient=quick).pk)
    client.force_login(UserFactory(office=True, name="Lee Siu-ming"))
    page = reverse("notices:announcement", args=[row.pk])
    assert "1 mail still waits" in client.get(page).content.decode()
    client.post(reverse("notices:recall-announcement", args=[row.pk]), {"reason": ""})
    row.refresh_from_db()
    assert row.status == S.SENT
    client.post(reverse("notices:recall-announcement", args=[row.pk]), {"reason": WHY})
    body = client.get(page).content.decode()
    assert "Recalled by Lee Siu-ming" in body and WHY in body
    assert "1 mail had gone already" in body and "1 mail was stopped" in body
    assert reverse("notices:recall-announcement", args=[row.pk]) not in body
    assert client.get(reverse("notices:announcements")).status_code == 200
