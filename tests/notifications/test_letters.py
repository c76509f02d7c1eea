"""Letters: mails to an address go through the outbox, and neither address nor link lies there in clear."""

import json
import re
import smtplib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import Invitation, Role
from notifications import outbox, sending
from notifications.letters.account import OF_CODES
from notifications.letters.drawing import TOO_LATE
from notifications.letters.invitations import send
from notifications.letters.services import forget, post
from notifications.models import MAX_ATTEMPTS, Delivery, Letter, Notification
from notifications.tasks import BATCH, sweep, sweep_letters
from solutions import nomination_mail
from tests.factories import (
    EntryFactory,
    InvitationFactory,
    MembershipFactory,
    NominationFactory,
    OrganisationFactory,
    SuppressionFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ADDRESS = "guest@example.org"


def invited(email=ADDRESS):
    approver = MembershipFactory(approver=True)
    invitation = invitations.invite(approver.organisation, by=approver.user, email=email, role="member")
    return invitation, Letter.objects.latest("pk")


def reset(client, email=ADDRESS):
    UserFactory(email=email)
    client.post(reverse("account_reset_password"), {"email": email})
    return Letter.objects.get()


def sign_up(client, email):
    data = {"email": email, "password1": "trial before belief 2026", "name": "Chan"}
    assert client.post(reverse("account_signup"), data).status_code == 302


def all_that_is_kept():
    """Every table of the outbox and the journal, as text."""
    with connection.cursor() as cursor:
        found = []
        for table in ("letter", "delivery", "notification", "reminder"):
            cursor.execute(f"select row_to_json(t)::text from notifications_{table} t")
            found += [row[0] for row in cursor.fetchall()]
        cursor.execute("select row_to_json(t)::text from journal_entry t")
        return "\n".join([*found, *(row[0] for row in cursor.fetchall())])


@pytest.fixture
def refusing(settings, monkeypatch):
    """A mail server that is down until it is called."""
    state = {"error": smtplib.SMTPServerDisconnected("gone")}
    original = mail.EmailMultiAlternatives.send

    def refused_or_sent(message, *args, **kwargs):
        if state["error"]:
            raise state["error"]
        return original(message, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refused_or_sent)
    return lambda error=None: state.update(error=error)


def test_neither_address_nor_link_lies_in_the_outbox_before_or_after(client, mailoutbox, time_machine):
    invitation, letter = invited()
    token = reverse("people:invited", args=[invitations.token_of(invitation)])
    nomination = NominationFactory(contact_email="lee@example.org")
    assert nomination_mail.send(nomination, "nomination_invitation")
    sign_up(client, "chan@example.org")
    assert Letter.objects.count() == 3
    before = all_that_is_kept()
    sweep_letters()
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mailoutbox[-1].body, re.MULTILINE)[1]
    secrets = [token.rpartition("/invited/")[2], nomination_mail.token_of(nomination), code, ADDRESS]
    for kept in (before, all_that_is_kept()):
        assert not [one for one in [*secrets, "lee@example.org", "chan@example.org"] if one in kept]
    assert token in mailoutbox[0].body and letter.kind == "invitation"
    assert not Letter.objects.exclude(sealed="").exists()


def test_a_letter_waits_for_the_mail_server_and_then_comes_once(refusing, time_machine, mailoutbox):
    _invitation, letter = invited()
    for _ in range(3):
        sweep_letters()
        time_machine.shift(timedelta(minutes=10))
    letter.refresh_from_db()
    assert (letter.attempts, mailoutbox, letter.sent_at) == (3, [], None)
    refusing(None)
    sweep()
    sweep_letters()
    [sent] = mailoutbox
    assert sent.to == [ADDRESS] and str(letter.message_id) in sent.extra_headers["Message-ID"]
    assert list(Delivery.objects.order_by("pk").values_list("accepted", flat=True)) == [False] * 3 + [True]


def test_what_was_tried_often_enough_is_dead_until_the_office_sends_it_again(
    client, refusing, time_machine, mailoutbox
):
    letter = reset(client)
    text = letter.sealed
    for _ in range(MAX_ATTEMPTS + 2):
        sweep_letters()
        Letter.objects.update(not_before=timezone.now())
    letter.refresh_from_db()
    assert letter.attempts == MAX_ATTEMPTS and letter.sealed == text
    refusing(None)
    sweep_letters()
    assert mailoutbox == []
    client.force_login(UserFactory(roles=[Role.OFFICE]))
    page = client.get(reverse("notices:outbox"), {"state": "failed"}).content.decode()
    assert "Of signing up or signing in" in page and ADDRESS not in page
    client.post(reverse("notices:release"), {"state": "failed", "kind": "letter", "pk": letter.pk})
    client.logout()
    sweep_letters()
    [sent] = mailoutbox
    link = re.search(r"https?://[^/]+(/\S+)", sent.body)[1]
    assert client.get(link, follow=True).status_code == 200 and "password1" in str(
        client.get(link, follow=True).content
    )


def test_the_link_of_an_invitation_that_was_sent_again_meanwhile_is_the_one_that_holds(
    mailoutbox, time_machine
):
    invitation, _letter = invited()
    old = invitations.token_of(invitation)
    invitations.send_again(Invitation.objects.get(), by=invitation.invited_by)
    sweep_letters()
    new = invitations.token_of(Invitation.objects.get())
    assert old != new and all(new in sent.body and old not in sent.body for sent in mailoutbox)


def test_what_was_answered_or_taken_back_is_not_mailed_any_more(mailoutbox):
    invitation, _letter = invited()
    invitations.decline(invitation, by=invitation.invited_by)
    nomination = NominationFactory()
    nomination_mail.send(nomination, "nomination_invitation")
    nomination_mail.stop(nomination)
    sweep_letters()
    assert mailoutbox == []
    assert set(Letter.objects.values_list("last_error", flat=True)) == {sending.UNWANTED}


def test_a_suppressed_address_gets_none(mailoutbox):
    SuppressionFactory(address=ADDRESS)
    invited()
    sweep_letters()
    assert mailoutbox == [] and Letter.objects.get().last_error


def test_the_answer_of_a_mail_server_is_kept_without_the_address(refusing):
    refusing(smtplib.SMTPRecipientsRefused({ADDRESS: (451, b"greylisted: guest@example.org")}))
    invited()
    sweep_letters()
    said = Delivery.objects.get().answer
    assert "greylisted" in said and ADDRESS not in all_that_is_kept()


def test_beyond_the_budget_of_an_address_letters_are_held_and_the_office_hears_once(settings, mailoutbox):
    settings.MAILS_A_DAY = 2
    office = UserFactory(roles=[Role.OFFICE])
    for _ in range(4):
        invited()
    sweep_letters()
    assert len(mailoutbox) == 2 and Letter.objects.filter(held_at__isnull=False).count() == 2
    assert Notification.objects.filter(recipient=office, channel="inbox").count() == 1
    assert ADDRESS not in all_that_is_kept()


def test_a_code_that_came_too_late_is_erased_and_not_sent(client, refusing, time_machine, mailoutbox):
    sign_up(client, ADDRESS)
    sweep_letters()
    assert Letter.objects.get().sealed
    time_machine.shift(OF_CODES + timedelta(minutes=1))
    refusing(None)
    assert forget() == 1
    sweep_letters()
    letter = Letter.objects.get()
    assert (letter.sealed, letter.last_error, mailoutbox) == ("", TOO_LATE, [])


def test_one_that_was_claimed_as_its_time_ran_out_is_not_sent_either(client, time_machine, mailoutbox):
    letter = reset(client)
    Letter.objects.update(good_until=timezone.now() - timedelta(seconds=1))
    assert not sending.deliver("letter", letter.pk)
    letter.refresh_from_db()
    assert (letter.sealed, letter.last_error, mailoutbox) == ("", TOO_LATE, [])


def test_the_newest_letter_leaves_before_ten_thousand_notices(client, mailoutbox):
    wish, [person] = WishFactory(open=True), UserFactory.create_batch(1)
    outbox.notify([person], EntryFactory(), "wishes/mail/resolve", thing=wish, why=outbox.DUTY)
    said = Notification.objects.filter(channel="email").values().get()
    said["is_urgent"] = True  # as what concerns somebody's own duty is
    del said["id"]
    rows = ({**said, "entry_id": said["entry_id"] + n, "message_id": uuid4()} for n in range(1, 10_000))
    Notification.objects.bulk_create((Notification(**row) for row in rows), batch_size=2000)
    letter = reset(client)
    assert Notification.objects.due().count() == 10_000
    assert sending.due(BATCH)[0] == ("letter", letter.pk) and len(sending.due(BATCH)) == BATCH
    sweep_letters()
    assert [sent.to for sent in mailoutbox] == [[ADDRESS]]


def test_nobody_else_can_open_what_is_sealed(client, settings):
    letter = reset(client)
    settings.SECRET_KEY = "another key altogether, of fifty characters or more, so long"
    sweep_letters()
    letter.refresh_from_db()
    assert letter.sent_at is None and "InvalidToken" in letter.last_error and mail.outbox == []


def test_a_letter_is_in_both_languages_with_html_that_has_no_settings(mailoutbox):
    organisation = OrganisationFactory(name_en="Harbour <Works>", name_zh="海港工程")
    InvitationFactory(organisation=organisation, email=ADDRESS)
    send(Invitation.objects.get().pk)
    sweep_letters()
    [sent] = mailoutbox
    html = sent.alternatives[0].content
    assert "Harbour <Works>" in sent.body and "海港工程" in sent.body and "— — —" in sent.body
    assert "Harbour &lt;Works&gt;" in html and "Harbour <Works>" not in html and 'lang="zh-Hant' in html
    assert "Change which mails come" not in html and sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert html.count("/invited/") >= 2


def test_two_workers_send_a_letter_once(committed, mailoutbox):
    letter = post(
        "account",
        ADDRESS,
        good_for=timedelta(hours=1),
        sealed=json.dumps({"address": ADDRESS, "subject": "A code", "text": "ABC-123"}),
        language="en",
    )
    found = at_once(*[lambda: sending.deliver("letter", letter.pk)] * 4)
    assert sorted(found) == [False, False, False, True] and len(mailoutbox) == 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_outbox_takes_as_many_queries_for_five_letters_as_for_one(
    client, count, django_assert_max_num_queries
):
    for number in range(count):
        invited(f"guest{number}@example.org")
    client.force_login(UserFactory(roles=[Role.OFFICE]))
    with django_assert_max_num_queries(17):
        page = client.get(reverse("notices:outbox"), {"state": "waiting"})
    assert page.content.decode().count("An invitation to join") >= count
